import { expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { emptySnapshot, type Snapshot } from '../../../shared/core/process/snapshot.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../shared/core/process/snapshot-codec.ts';
import { type Migrations, migration } from '../../../shared/core/process/state/migration.ts';
import {
  listState,
  mapState,
  reducingState,
  type StateSpecs,
  valueState,
} from '../../../shared/core/process/state/spec.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';
import { codeOf } from './scripted.ts';

const ttl = { ms: 100 };
const FIRST = { count: valueState<number>(), names: listState<string>({ ttl }), seen: mapState<number>({ ttl }) };
const TO_SECOND = migration(FIRST, ({ count, names, seen }) => ({ counts: [count ?? 0], names, seen }));
const SECOND = { counts: listState<number>(), names: listState<string>({ ttl }), seen: mapState<number>({ ttl }) };

const release = (state: StateSpecs, stateVersion?: number, migrate?: Migrations) =>
  defineProcess({
    name: 'released',
    element: anything<string>(),
    state,
    ...(stateVersion === undefined ? {} : { stateVersion }),
    ...(migrate ? { migrate } : {}),
    onElement: () => undefined,
  });

const second = release(SECOND, 2, { 1: TO_SECOND });

const OLD: Snapshot = {
  ...emptySnapshot,
  version: 7,
  stateVersion: 1,
  state: {
    count: [3],
    names: [
      ['a', 10],
      ['b', 20],
    ],
    seen: [['x', 1, 5]],
  },
  event: [{ domain: 'event', at: 5, name: null, everyMs: null }],
};

const stateOf = (process: ReturnType<typeof release>, snapshot = OLD): unknown => {
  const decoded = decodeSnapshot(process, encodeSnapshot(snapshot));
  return decoded.ok ? decoded.value.state : decoded.code;
};

it('F39: states of an older version are migrated when they are read; each keeps its time to live', () => {
  expect(decodeSnapshot(second, encodeSnapshot(OLD))).toEqual({
    ok: true,
    value: {
      ...OLD,
      stateVersion: 2,
      state: {
        counts: [[3]],
        names: [
          ['a', 10],
          ['b', 20],
        ],
        seen: [['x', 1, 5]],
      },
    },
  });
});

it('goes through the versions between, and gives empty states as empty', () => {
  const third = release({ total: reducingState<number>((a, b) => a + b, { ttl }) }, 3, {
    1: TO_SECOND,
    2: migration(SECOND, ({ counts, names, seen }) => ({
      total: counts.reduce((a, b) => a + b, 0) + names.length + Object.keys(seen).length,
    })),
  });
  // What is made of several states lives on from the latest of them.
  expect(stateOf(third)).toEqual({ total: [6, 20] });
  expect(stateOf(third, { ...OLD, state: {} })).toEqual({ total: [0] });
  expect(stateOf(third, { ...OLD, stateVersion: 2, state: { counts: [[1], [1]] } })).toEqual({ total: [2] });
});

it('F39: what a later release wrote is refused as such, and not as damaged', () => {
  const decoded = decodeSnapshot(release(FIRST), encodeSnapshot({ ...OLD, stateVersion: 2 }));
  expect(decoded).toMatchObject({ ok: false, code: 'NEWER_STATE' });
  const later = new TextEncoder().encode(JSON.stringify({ f: 3, whatever: true }));
  expect(decodeSnapshot(release(FIRST), later)).toMatchObject({ ok: false, code: 'NEWER_STATE' });
});

it.each([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['gives what is not declared', () => ({ other: 1 })],
  ['gives no list for a list', () => ({ counts: 1 })],
  ['gives no record for a map', () => ({ seen: [] })],
  ['gives no data', () => ({ counts: [new Map()] })],
])('a migration that %s leaves the key as it is', (_, to) => {
  expect(stateOf(release(SECOND, 2, { 1: migration(FIRST, to) }))).toBe('MIGRATION_FAILED');
});

it('is needed for every version that is found, and none for versions that are not before', () => {
  expect(stateOf(release(SECOND, 3, { 1: TO_SECOND }))).toBe('MIGRATION_FAILED');
  for (const [version, migrate] of [
    [1, { 1: TO_SECOND }],
    [0, {}],
    [1.5, {}],
    [2, { 0: TO_SECOND }],
  ] as const) {
    expect(codeOf(() => release(SECOND, version, migrate))).toBe('INVALID_DEFINITION');
  }
});

it('takes over what the release before it left, in the harness too', () => {
  const count = { count: valueState<number>() };
  const before = makeHarness(
    defineProcess({
      ...{ name: 'released', element: anything<number>(), state: count },
      onElement: (value, { state }) => state.count.set(value),
    }),
  );
  before.element({ key: 'k', value: 3 });
  const after = makeHarness(
    defineProcess({
      ...{ name: 'released', element: anything<number>(), state: { counts: listState<number>() } },
      stateVersion: 2,
      migrate: { 1: migration(count, (old) => ({ counts: [old.count] })) },
      onElement: (value, { state }) => state.counts.add(value),
    }),
    { restore: before.save() },
  );
  after.element({ key: 'k', value: 4 });
  expect(after.state('k')).toEqual({ counts: [3, 4] });
});
