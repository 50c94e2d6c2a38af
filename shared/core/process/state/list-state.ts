import { copyData, type Data } from '../data.ts';
import { ProcessError } from '../process-error.ts';
import type { Cell, StoredState } from './cell.ts';
import { assertRunning, type Scope } from './scope.ts';
import { givesExpired, isExpired, readsRefresh, type Stamped, stamp } from './ttl.ts';
import type { SingleSpec } from './value-state.ts';

/** Values in the order in which they were added, duplicates included; the time to live is per element. */
export type ListState<T> = {
  /** A copy; `[]` when empty. */
  get(): T[];
  add(value: T): void;
  /** Adds all or, when one is `null`, none. */
  addAll(values: readonly T[]): void;
  /** Replaces all; `[]` clears. */
  set(values: readonly T[]): void;
  clear(): void;
};

type Element = Stamped<Data>;

export const openList = <T>(stored: StoredState | undefined, spec: SingleSpec, scope: Scope): Cell<ListState<T>> => {
  const { ttl } = spec;
  const what = `State "${spec.name}"`;
  let elements = (stored ?? []) as readonly Element[];
  let owned = false;

  const stamped = (value: unknown): Element => {
    if (value === null || value === undefined) {
      throw new ProcessError('INVALID_DATA', `${what} is a list and cannot hold ${value}.`);
    }
    return stamp(copyData(value, what), ttl, scope);
  };
  const append = (added: readonly Element[]): void => {
    if (added.length === 0) return;
    if (!owned) elements = elements.slice();
    owned = true;
    for (const element of added) (elements as Element[]).push(element);
  };
  const replace = (next: readonly Element[]): void => {
    elements = next;
    owned = true;
  };
  const get = (): T[] => {
    const live = elements.filter(([, at]) => !isExpired(at, ttl, scope.now));
    const given = givesExpired(ttl) ? elements : live;
    if (live.length === 0) replace([]);
    else if (readsRefresh(ttl)) replace(live.map(([value]) => stamp(value, ttl, scope)));
    return given.map(([value]) => copyData(value, what) as T);
  };

  return {
    store: () => (elements.length === 0 ? undefined : (elements as StoredState)),
    handle: {
      get: () => {
        assertRunning(scope);
        return elements.length === 0 ? [] : get();
      },
      add: (value) => {
        assertRunning(scope);
        append([stamped(value)]);
      },
      addAll: (values) => {
        assertRunning(scope);
        append(values.map(stamped));
      },
      set: (values) => {
        assertRunning(scope);
        replace(values.map(stamped));
      },
      clear: () => {
        assertRunning(scope);
        replace([]);
      },
    },
  };
};
