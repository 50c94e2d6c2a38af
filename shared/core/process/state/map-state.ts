import { copyData, type Data } from '../data.ts';
import { ProcessError } from '../process-error.ts';
import type { Cell, StoredState } from './cell.ts';
import { assertRunning, type Scope } from './scope.ts';
import { givesExpired, isExpired, readsRefresh } from './ttl.ts';
import type { SingleSpec } from './value-state.ts';

/** Values by string key; the time to live is per entry. A value may be `null`. */
export type MapState<V> = {
  get(key: string): V | null;
  has(key: string): boolean;
  set(key: string, value: V): void;
  delete(key: string): void;
  /** Copies of all entries, in the order in which their keys were first set. */
  entries(): [key: string, value: V][];
  keys(): string[];
  values(): V[];
  /** Looks at no time to live: `false` while only expired entries remain that no read has removed. */
  isEmpty(): boolean;
  clear(): void;
};

type Entry = readonly [key: string, value: Data, at?: number];
type Entries = Map<string, Entry>;

/** The entries of a turn: decoded when first needed, encoded only when changed. */
type Held = { readonly stored: StoredState | undefined; entries: Entries | null; changed: boolean };

export const openMap = <V>(stored: StoredState | undefined, spec: SingleSpec, scope: Scope): Cell<MapState<V>> => {
  const held: Held = { stored, entries: null, changed: false };
  const what = `State "${spec.name}"`;
  const copy = (value: Data): V => copyData(value, what) as V;
  const change = (): Entries => {
    held.changed = true;
    return entriesOf(held);
  };
  const write = (key: string, value: Data): void => {
    if (typeof key !== 'string')
      throw new ProcessError('INVALID_DATA', `${what} has texts as keys, not ${typeof key}s.`);
    change().set(key, spec.ttl ? [key, value, scope.now] : [key, value]);
  };
  const read = (key: string): Entry | undefined => {
    assertRunning(scope);
    const entry = entriesOf(held).get(key);
    if (!entry || !spec.ttl) return entry;
    // An expired entry is removed, and given once more where the state says so.
    if (isExpired(entry[2], spec.ttl, scope.now)) {
      change().delete(key);
      return givesExpired(spec.ttl) ? entry : undefined;
    }
    if (readsRefresh(spec.ttl)) write(key, entry[1]);
    return entry;
  };
  const readAll = (): [string, V][] => {
    const all: [string, V][] = [];
    for (const key of [...entriesOf(held).keys()]) {
      const entry = read(key);
      if (entry) all.push([key, copy(entry[1])]);
    }
    return all;
  };

  const handle: MapState<V> = {
    get: (key) => {
      const entry = read(key);
      return entry ? copy(entry[1]) : null;
    },
    has: (key) => read(key) !== undefined,
    set: (key, value) => {
      assertRunning(scope);
      write(key, copyData(value, what));
    },
    delete: (key) => {
      assertRunning(scope);
      if (entriesOf(held).delete(key)) held.changed = true;
    },
    entries: readAll,
    keys: () => readAll().map(([key]) => key),
    values: () => readAll().map(([, value]) => value),
    isEmpty: () => {
      assertRunning(scope);
      return entriesOf(held).size === 0;
    },
    clear: () => {
      assertRunning(scope);
      change().clear();
    },
  };
  return { handle, store: () => storeMap(held) };
};

function entriesOf(held: Held): Entries {
  if (held.entries) return held.entries;
  const entries: Entries = new Map();
  for (const entry of (held.stored ?? []) as unknown as readonly Entry[]) entries.set(entry[0], entry);
  held.entries = entries;
  return entries;
}

function storeMap(held: Held): StoredState | undefined {
  if (!held.changed || !held.entries) return held.stored;
  return held.entries.size === 0 ? undefined : ([...held.entries.values()] as unknown as StoredState);
}
