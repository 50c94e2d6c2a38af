import { copyData, type Data } from '../data.ts';
import { ProcessError } from '../process-error.ts';
import type { StoredState } from './cell.ts';
import type { StateKind, StateSpec, StateSpecs } from './spec.ts';

/** What a state holds, as plain data: a value or an accumulator (`null`: empty), a list, or a record of a map's entries. */
type PlainOf<Handle> = Handle extends { addAll(values: readonly (infer T)[]): void }
  ? readonly T[]
  : Handle extends { entries(): [string, infer V][] }
    ? { readonly [key: string]: V }
    : Handle extends { set(value: infer T): void }
      ? T
      : Data;

export type PlainStatesOf<S extends StateSpecs> = {
  readonly [K in keyof S]: S[K] extends StateSpec<infer Handle> ? PlainOf<Handle> : never;
};

/** The states of a key by name, as plain data; an empty one may be left out. */
export type PlainStates = { readonly [name: string]: unknown };

/** From one version of the states of a process to the next. */
export type Migration = { readonly from: StateSpecs; readonly to: (old: PlainStates) => PlainStates };

export type Migrations = { readonly [version: number]: Migration };

/**
 * Declares how states of an older version become those of the next: `from` is how they were declared, `to` gives all that
 * there is from then on. `migrate: { 1: migration({ count: valueState<number>() }, ({ count }) => ({ counts: [count] })) }`
 */
export const migration = <S extends StateSpecs>(from: S, to: (old: PlainStatesOf<S>) => PlainStates): Migration => ({
  from,
  to: to as Migration['to'],
});

type Versioned = { readonly state: StateSpecs; readonly stateVersion: number; readonly migrations: Migrations };

type Stored = { readonly [name: string]: StoredState };

/**
 * The states of `version`, migrated to that of the process. What has a time to live keeps its time where its state has
 * the same name and kind; all else has the latest time that any old state had. Throws what `to` throws.
 */
export const migrateStates = (process: Versioned, version: number, stored: Stored): Stored => {
  const first = migrationFrom(process, version).from;
  let plain: PlainStates = Object.fromEntries(
    Object.entries(first).flatMap(([name, { kind }]) => (stored[name] ? [[name, plainOf(kind, stored[name])]] : [])),
  );
  for (let at = version; at < process.stateVersion; at++) {
    const { from, to } = migrationFrom(process, at);
    plain = copyData(to(withEmpty(from, plain)), `What the migration from version ${at} gives`) as PlainStates;
  }
  const times = timesOf(first, stored);
  return Object.fromEntries(
    Object.entries(plain).flatMap(([name, value]) => {
      const state = storeState(process.state, { name, value }, times);
      return state.length > 0 ? [[name, state]] : [];
    }),
  );
};

const migrationFrom = ({ migrations }: Versioned, version: number): Migration => {
  const found = migrations[version];
  if (found) return found;
  throw failed(`there is no migration from version ${version}`);
};

/** Parts of a stored state: `[value, at?]`, each with the name that it has among them. */
type Part = { readonly place: string; readonly value: Data; readonly at: number | undefined };

const partsOf = (kind: StateKind, stored: StoredState): Part[] => {
  if (kind === 'list') {
    return (stored as readonly [Data, number?][]).map(([value, at], n) => ({ place: String(n), value, at }));
  }
  if (kind === 'map')
    return (stored as readonly [string, Data, number?][]).map(([place, value, at]) => ({ place, value, at }));
  const [value = null, at] = stored as [Data, number?];
  return [{ place: '', value, at }];
};

const plainOf = (kind: StateKind, stored: StoredState): unknown => {
  const parts = partsOf(kind, stored);
  if (kind === 'list') return parts.map(({ value }) => value);
  if (kind === 'map') return Object.fromEntries(parts.map(({ place, value }) => [place, value]));
  return parts[0]?.value ?? null;
};

const EMPTY: Readonly<Record<StateKind, unknown>> = {
  value: null,
  reducing: null,
  aggregating: null,
  list: [],
  map: {},
};

const withEmpty = (from: StateSpecs, plain: PlainStates): PlainStates => ({
  ...Object.fromEntries(Object.entries(from).map(([name, { kind }]) => [name, EMPTY[kind]])),
  ...plain,
});

/** When the old states were written last. */
type Times = { readonly latest: number | undefined; readonly of: ReadonlyMap<string, number> };

const timesOf = (from: StateSpecs, stored: Stored): Times => {
  const of = new Map<string, number>();
  for (const [name, { kind }] of Object.entries(from)) {
    for (const { place, at } of stored[name] ? partsOf(kind, stored[name]) : []) {
      if (at !== undefined) of.set(`${kind} ${name} ${place}`, at);
    }
  }
  return { latest: of.size === 0 ? undefined : Math.max(...of.values()), of };
};

function storeState(specs: StateSpecs, { name, value }: { name: string; value: unknown }, times: Times): StoredState {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (!spec) throw failed(`it gives a state "${name}" that is not declared`);
  const stamp = (place: string): [number?] => {
    const at = times.of.get(`${spec.kind} ${name} ${place}`) ?? times.latest;
    return spec.ttl && at !== undefined ? [at] : [];
  };
  if (spec.kind === 'list') {
    if (!Array.isArray(value)) throw failed(`it gives no array for the list "${name}"`);
    return value.map((element: Data, n) => [element, ...stamp(String(n))] as Data);
  }
  if (spec.kind === 'map') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw failed(`it gives no plain object for the map "${name}"`);
    }
    return Object.entries(value as Record<string, Data>).map(([key, of]) => [key, of, ...stamp(key)] as Data);
  }
  return value === null ? [] : [value as Data, ...(stamp('') as Data[])];
}

const failed = (why: string): ProcessError =>
  new ProcessError('MIGRATION_FAILED', `The state of the key cannot be migrated: ${why}.`);

/** Refuses versions that are none, and migrations from versions that there are none of. */
export const checkMigrations = (stateVersion: number, migrations: Migrations): void => {
  const versions = Object.keys(migrations).map(Number);
  const isVersion = (version: number): boolean => Number.isSafeInteger(version) && version > 0;
  if (isVersion(stateVersion) && versions.every((version) => isVersion(version) && version < stateVersion)) return;
  throw new ProcessError(
    'INVALID_DEFINITION',
    `stateVersion is ${stateVersion}, with migrations from ${versions.join(', ') || 'none'}: versions are 1, 2, …, and migrations are from those before it.`,
  );
};
