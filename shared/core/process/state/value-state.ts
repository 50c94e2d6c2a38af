import { copyData, type Data } from '../data.ts';
import type { Cell, StoredState } from './cell.ts';
import { assertRunning, type Scope } from './scope.ts';
import { givesExpired, isExpired, readsRefresh, type Stamped, stamp, type Ttl } from './ttl.ts';

/** One value of a key. */
export type ValueState<T> = {
  /** A copy of the value, or `null`. */
  get(): T | null;
  /** Stores a copy; `null` clears. */
  set(value: T | null): void;
  clear(): void;
};

export type SingleSpec = { readonly name: string; readonly ttl: Ttl | undefined };

/** A value with its time to live, by Flink's rules; what value, reducing and aggregating state have in common. */
export type Single = {
  read(): Data;
  write(value: Data): void;
  clear(): void;
  /** What an `add` builds on: an expired value only where expired values are given at all. */
  base(): Data;
  store(): StoredState | undefined;
};

export const openSingle = (stored: StoredState | undefined, spec: SingleSpec, scope: Scope): Single => {
  const { ttl } = spec;
  let held = stored as Stamped<Data> | undefined;

  const write = (value: Data): void => {
    held = stamp(value, ttl, scope);
  };
  const clear = (): void => {
    held = undefined;
  };

  const read = (): Data => {
    if (!held) return null;
    const [value] = held;
    if (isExpired(held[1], ttl, scope.now)) {
      clear();
      return givesExpired(ttl) ? value : null;
    }
    if (readsRefresh(ttl)) write(value);
    return value;
  };

  const base = (): Data => (!held || (isExpired(held[1], ttl, scope.now) && !givesExpired(ttl)) ? null : held[0]);

  return { read, write, clear, base, store: () => held as StoredState | undefined };
};

export const openValue = <T>(stored: StoredState | undefined, spec: SingleSpec, scope: Scope): Cell<ValueState<T>> => {
  const single = openSingle(stored, spec, scope);
  const what = `State "${spec.name}"`;
  return {
    store: single.store,
    handle: {
      get: () => {
        assertRunning(scope);
        return copyData(single.read(), what) as T | null;
      },
      set: (value) => {
        assertRunning(scope);
        if (value === null) single.clear();
        else single.write(copyData(value, what));
      },
      clear: () => {
        assertRunning(scope);
        single.clear();
      },
    },
  };
};
