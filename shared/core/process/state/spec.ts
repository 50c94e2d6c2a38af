import { ProcessError } from '../process-error.ts';
import type { Cell, StoredState } from './cell.ts';
import { type Aggregate, type FoldingState, openFolding } from './folding-state.ts';
import { type ListState, openList } from './list-state.ts';
import { type MapState, openMap } from './map-state.ts';
import type { Scope } from './scope.ts';
import { checkTtl, type Ttl } from './ttl.ts';
import { openValue, type ValueState } from './value-state.ts';

export type StateKind = 'value' | 'list' | 'map' | 'reducing' | 'aggregating';

/** A state as it is declared: its kind, its TTL, and how the state of a key is opened for a turn. */
export type StateSpec<Handle> = {
  readonly kind: StateKind;
  readonly ttl: Ttl | undefined;
  readonly open: (stored: StoredState | undefined, name: string, scope: Scope) => Cell<Handle>;
};

export type StateSpecs = { readonly [name: string]: StateSpec<unknown> };

/** The states that a handler sees, by name. */
export type StatesOf<S extends StateSpecs> = {
  readonly [K in keyof S]: S[K] extends StateSpec<infer Handle> ? Handle : never;
};

type Options = { readonly ttl?: Ttl };

export const valueState = <T>({ ttl }: Options = {}): StateSpec<ValueState<T>> => ({
  kind: 'value',
  ttl,
  open: (stored, name, scope) => openValue<T>(stored, { name, ttl }, scope),
});

export const listState = <T>({ ttl }: Options = {}): StateSpec<ListState<T>> => ({
  kind: 'list',
  ttl,
  open: (stored, name, scope) => openList<T>(stored, { name, ttl }, scope),
});

export const mapState = <V>({ ttl }: Options = {}): StateSpec<MapState<V>> => ({
  kind: 'map',
  ttl,
  open: (stored, name, scope) => openMap<V>(stored, { name, ttl }, scope),
});

/** Every value added is reduced with what there is: a sum, a maximum. */
export const reducingState = <T>(
  reduce: (held: T, added: T) => T,
  { ttl }: Options = {},
): StateSpec<FoldingState<T, T>> => ({
  kind: 'reducing',
  ttl,
  open: (stored, name, scope) => {
    const fold = (held: T | null, added: T): T => (held === null ? added : reduce(held, added));
    return openFolding<T, T, T>(stored, { name, ttl, fold, result: (held) => held }, scope);
  },
});

/** Values are added to an accumulator, which is read as something else: an average. */
export const aggregatingState = <In, Acc, Out>(
  aggregate: Aggregate<In, Acc, Out>,
  { ttl }: Options = {},
): StateSpec<FoldingState<In, Out>> => ({
  kind: 'aggregating',
  ttl,
  open: (stored, name, scope) => {
    const fold = (held: Acc | null, added: In): Acc => aggregate.add(added, held ?? aggregate.create());
    return openFolding<In, Acc, Out>(stored, { name, ttl, fold, result: aggregate.result }, scope);
  },
});

/** Refuses names that a snapshot or a path could not carry, and TTLs that are not positive. */
export const checkStates = (states: StateSpecs): void => {
  for (const [name, spec] of Object.entries(states)) {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
      throw new ProcessError(
        'INVALID_DEFINITION',
        `"${name}" cannot name a state: use a letter, then up to 63 letters, digits, _ or -.`,
      );
    }
    checkTtl(name, spec.ttl);
  }
};
