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
import type { StateKind } from './state/spec.ts';
import type { Timer, TimerDomain } from './timer.ts';

/**
 * Of the format, not of the process: goes up when a reader of the old one would misread the new one. A snapshot is
 * written in the lowest that holds it, so that a release that is rolled back still reads most. 2: it has calls.
 */
const FORMATS = [1, 2];

/** A timer without a name is its time alone: most are. */
type StoredTimer = number | readonly [at: number, name: string | null, everyMs: number | null];
type StoredOutput = readonly [output: string | null, value: Data, timestamp: number | null];

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export const encodeSnapshot = (snapshot: Snapshot): Uint8Array => {
  const { calls, failedCalls } = snapshot;
  const hasCalls = calls.length > 0 || failedCalls.length > 0;
  return encoder.encode(
    JSON.stringify({
      f: hasCalls ? 2 : 1,
      v: snapshot.version,
      w: snapshot.watermark,
      n: snapshot.passFirings,
      s: snapshot.state,
      e: snapshot.event.map(storeTimer),
      p: snapshot.processing.map(storeTimer),
      i: snapshot.seen,
      o: snapshot.outputs.map(({ output, value, timestamp }): StoredOutput => [output, value, timestamp]),
      ...(hasCalls ? { c: calls.map(storeCall), d: failedCalls.map(storeFailedCall) } : {}),
    }),
  );
};

/** Reads what `encodeSnapshot` wrote; anything else is refused, whatever it is (F51). */
export const decodeSnapshot = (process: Process, bytes: Uint8Array): Parsed<Snapshot, 'CORRUPT_SNAPSHOT'> => {
  let stored: unknown;
  try {
    stored = JSON.parse(decoder.decode(bytes));
  } catch {
    return corrupt('it is not JSON');
  }
  if (!isRecord(stored)) return corrupt('it is no object');
  if (!FORMATS.includes(stored.f as number)) return corrupt(`its format is none of ${FORMATS.join(', ')}`);
  const fault = findFault(process, stored);
  return fault === null ? accepted(read(stored)) : corrupt(fault);
};

const corrupt = (why: string): Parsed<never, 'CORRUPT_SNAPSHOT'> =>
  refused(
    'CORRUPT_SNAPSHOT',
    `The stored state of the key cannot be read: ${why}. Set it aside and restore or delete it.`,
  );

function findFault(process: Process, stored: Record<string, unknown>): string | null {
  if (!isCount(stored.v)) return 'its version is no count';
  if (!Number.isSafeInteger(stored.w)) return 'its watermark is no time';
  if (!isCount(stored.n)) return 'its number of firings is no count';
  if (!isRecord(stored.s)) return 'its states are no object';
  for (const [name, state] of Object.entries(stored.s)) {
    const spec = Object.hasOwn(process.state, name) ? process.state[name] : undefined;
    if (!Array.isArray(state) || (spec && !fits(state, spec.kind))) return `state "${name}" is malformed`;
  }
  if (!isTimers(stored.e) || !isTimers(stored.p)) return 'its timers are malformed or out of order';
  if (!Array.isArray(stored.i) || !stored.i.every((id) => typeof id === 'string')) return 'its ids are no texts';
  if (!Array.isArray(stored.o) || !stored.o.every(isOutput)) return 'its outputs are malformed';
  if (stored.f === 1) return null;
  if (!Array.isArray(stored.c) || !stored.c.every(isStoredCall)) return 'its calls are malformed';
  return Array.isArray(stored.d) && stored.d.every(isStoredFailedCall) ? null : 'its failed calls are malformed';
}

function read(stored: Record<string, unknown>): Snapshot {
  return {
    version: stored.v as number,
    watermark: stored.w as number,
    passFirings: stored.n as number,
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
