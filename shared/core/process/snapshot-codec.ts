import { accepted, type Parsed, refused } from '../parsed.ts';
import {
  isStoredCall,
  isStoredFailedCall,
  readCall,
  readFailedCall,
  type StoredCall,
  type StoredFailedCall,
  storeCall,
  storeFailedCall,
} from './call/call-codec.ts';
import type { Data } from './data.ts';
import type { Output } from './output.ts';
import type { Process } from './process.ts';
import type { Snapshot } from './snapshot.ts';
import type { StoredState } from './state/cell.ts';
import { migrateStates } from './state/migration.ts';
import type { StateKind, StateSpecs } from './state/spec.ts';
import type { Timer, TimerDomain } from './timer.ts';

/**
 * Of the format, not of the process: goes up when a reader of the old one would misread the new one. A snapshot is
 * written in the lowest that holds it, so that a release that is rolled back still reads most. 2: it has calls, or its
 * states are of a later version than 1.
 */
const NEWEST_FORMAT = 2;

/** A timer without a name is its time alone: most are. */
type StoredTimer = number | readonly [at: number, name: string | null, everyMs: number | null];
type StoredOutput = readonly [output: string | null, value: Data, timestamp: number | null];

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The bytes of a snapshot; those who ask again get the same ones, to be read only. */
export const encodeSnapshot = (snapshot: Snapshot): Uint8Array => {
  const known = encoded.get(snapshot);
  if (known) return known;
  const bytes = encode(snapshot);
  encoded.set(snapshot, bytes);
  return bytes;
};

/** Of the snapshots that are in use: a step looks at the size of what its caller is about to store. */
const encoded = new WeakMap<Snapshot, Uint8Array>();

/** The bytes that the states of a snapshot take. */
export const sizeOfState = ({ state }: Snapshot): number => encoder.encode(JSON.stringify(state)).length;

function encode(snapshot: Snapshot): Uint8Array {
  const { calls, failedCalls, stateVersion } = snapshot;
  const isSecond = calls.length > 0 || failedCalls.length > 0 || stateVersion > 1;
  return encoder.encode(
    JSON.stringify({
      f: isSecond ? 2 : 1,
      v: snapshot.version,
      w: snapshot.watermark,
      n: snapshot.passFirings,
      s: snapshot.state,
      e: snapshot.event.map(storeTimer),
      p: snapshot.processing.map(storeTimer),
      i: snapshot.seen,
      o: snapshot.outputs.map(({ output, value, timestamp }): StoredOutput => [output, value, timestamp]),
      ...(isSecond ? { m: stateVersion, c: calls.map(storeCall), d: failedCalls.map(storeFailedCall) } : {}),
    }),
  );
}

/** Why a snapshot is not read: it is damaged, of a later release, or of an earlier one and cannot be migrated. */
export type SnapshotFault = 'CORRUPT_SNAPSHOT' | 'NEWER_STATE' | 'MIGRATION_FAILED';

/**
 * Reads what `encodeSnapshot` wrote, with its states migrated to the version of the process; anything else is refused,
 * whatever it is (F39, F51). What is newer is whole: its key waits for the release that knows it.
 */
export const decodeSnapshot = (process: Process, bytes: Uint8Array): Parsed<Snapshot, SnapshotFault> => {
  let stored: unknown;
  try {
    stored = JSON.parse(decoder.decode(bytes));
  } catch {
    return corrupt('it is not JSON');
  }
  if (!isRecord(stored)) return corrupt('it is no object');
  if (!isCount(stored.f) || stored.f === 0) return corrupt('it has no format');
  if (stored.f > NEWEST_FORMAT) return newer(`format ${stored.f}`, NEWEST_FORMAT);
  const stateVersion = stored.f === 1 ? 1 : stored.m;
  if (!isCount(stateVersion) || stateVersion === 0) return corrupt('its states have no version');
  if (stateVersion > process.stateVersion) return newer(`stateVersion ${stateVersion}`, process.stateVersion);
  const isOld = stateVersion < process.stateVersion;
  const specs = isOld ? (process.migrations[stateVersion]?.from ?? {}) : process.state;
  const fault = findFault(specs, stored);
  if (fault !== null) return corrupt(fault);
  const snapshot = read(stored, process.stateVersion);
  return isOld ? migrate(process, snapshot, stateVersion) : accepted(snapshot);
};

const migrate = (process: Process, snapshot: Snapshot, from: number): Parsed<Snapshot, SnapshotFault> => {
  try {
    return accepted({ ...snapshot, state: migrateStates(process, from, snapshot.state) });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'its migration threw no error';
    return refused('MIGRATION_FAILED', `Version ${from} of the key's states is kept as it is. ${why}`);
  }
};

const corrupt = (why: string): Parsed<never, SnapshotFault> =>
  refused(
    'CORRUPT_SNAPSHOT',
    `The stored state of the key cannot be read: ${why}. Set it aside and restore or delete it.`,
  );

const newer = (found: string, known: number): Parsed<never, SnapshotFault> =>
  refused(
    'NEWER_STATE',
    `The key was written by a later release, with ${found}, and this one knows ${known}: deploy the later one again; until then the key is left alone.`,
  );

function findFault(specs: StateSpecs, stored: Record<string, unknown>): string | null {
  if (!isCount(stored.v)) return 'its version is no count';
  if (!Number.isSafeInteger(stored.w)) return 'its watermark is no time';
  if (!isCount(stored.n)) return 'its number of firings is no count';
  if (!isRecord(stored.s)) return 'its states are no object';
  for (const [name, state] of Object.entries(stored.s)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!Array.isArray(state) || (spec && !fits(state, spec.kind))) return `state "${name}" is malformed`;
  }
  if (!isTimers(stored.e) || !isTimers(stored.p)) return 'its timers are malformed or out of order';
  if (!Array.isArray(stored.i) || !stored.i.every((id) => typeof id === 'string')) return 'its ids are no texts';
  if (!Array.isArray(stored.o) || !stored.o.every(isOutput)) return 'its outputs are malformed';
  if (stored.f === 1) return null;
  if (!Array.isArray(stored.c) || !stored.c.every(isStoredCall)) return 'its calls are malformed';
  return Array.isArray(stored.d) && stored.d.every(isStoredFailedCall) ? null : 'its failed calls are malformed';
}

function read(stored: Record<string, unknown>, stateVersion: number): Snapshot {
  return {
    version: stored.v as number,
    watermark: stored.w as number,
    passFirings: stored.n as number,
    stateVersion,
    state: stored.s as Record<string, StoredState>,
    event: (stored.e as StoredTimer[]).map((timer) => readTimer('event', timer)),
    processing: (stored.p as StoredTimer[]).map((timer) => readTimer('processing', timer)),
    seen: stored.i as string[],
    outputs: (stored.o as StoredOutput[]).map(([output, value, timestamp]): Output => ({ output, value, timestamp })),
    calls: stored.f === 1 ? [] : (stored.c as StoredCall[]).map(readCall),
    failedCalls: stored.f === 1 ? [] : (stored.d as StoredFailedCall[]).map(readFailedCall),
  };
}

const storeTimer = ({ at, name, everyMs }: Timer): StoredTimer => (name === null ? at : [at, name, everyMs]);

const readTimer = (domain: TimerDomain, stored: StoredTimer): Timer =>
  typeof stored === 'number'
    ? { domain, at: stored, name: null, everyMs: null }
    : { domain, at: stored[0], name: stored[1], everyMs: stored[2] };

/** Sorted by time, then name, and none twice: the queue relies on it. */
function isTimers(stored: unknown): boolean {
  if (!Array.isArray(stored) || !stored.every(isTimer)) return false;
  const timers = (stored as StoredTimer[]).map((timer) => readTimer('event', timer));
  return timers.every((timer, n) => {
    const before = timers[n - 1];
    return !before || before.at < timer.at || (before.at === timer.at && (before.name ?? '') < (timer.name ?? ''));
  });
}

const isTimer = (stored: unknown): boolean =>
  Number.isSafeInteger(stored) ||
  (Array.isArray(stored) &&
    stored.length === 3 &&
    Number.isSafeInteger(stored[0]) &&
    typeof stored[1] === 'string' &&
    stored[1] !== '' &&
    (stored[2] === null || (isCount(stored[2]) && stored[2] > 0)));

const isOutput = (stored: unknown): boolean =>
  Array.isArray(stored) &&
  stored.length === 3 &&
  (stored[0] === null || typeof stored[0] === 'string') &&
  (stored[2] === null || Number.isSafeInteger(stored[2]));

/** A value, an accumulator: `[value, at?]`. A list: those. A map: `[key, value, at?]`s. */
const fits = (state: readonly unknown[], kind: StateKind): boolean => {
  if (kind === 'list') return state.every(isStamped);
  if (kind !== 'map') return isStamped(state);
  const keys = new Set(state.map((entry) => (Array.isArray(entry) ? entry[0] : undefined)));
  return keys.size === state.length && state.every(isEntry);
};

const isStamped = (stored: unknown): boolean =>
  Array.isArray(stored) && (stored.length === 1 || (stored.length === 2 && Number.isSafeInteger(stored[1])));

const isEntry = (stored: unknown): boolean =>
  Array.isArray(stored) && typeof stored[0] === 'string' && isStamped(stored.slice(1));

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
