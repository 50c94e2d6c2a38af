import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import type { Snapshot } from '../../../shared/core/process/snapshot.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../shared/core/process/snapshot-codec.ts';
import { listState, mapState, valueState } from '../../../shared/core/process/state/spec.ts';
import { step } from '../../../shared/core/process/step.ts';
import { anything } from '../../conformance/anything.ts';

const process = defineProcess({
  name: 'kept',
  element: anything<string>(),
  output: output<string>(),
  state: { one: valueState<string>({ ttl: { ms: 5 } }), many: listState<string>(), named: mapState<null>() },
  onElement: (value, { emit }) => emit(value),
});

const PENDING = {
  ...{ call: 'ask', version: 2, n: 0, request: { a: 1 }, timestamp: 9, emitAt: 9, watermark: -5 },
  ...{ calledAt: 100, attempts: 1, startAt: 200 },
};

const SNAPSHOT: Snapshot = {
  version: 3,
  watermark: -5,
  passFirings: 2,
  stateVersion: 1,
  state: { one: ['x', 7], many: [['a'], ['b']], named: [['__proto__', null]] },
  event: [
    { domain: 'event', at: 5, name: null, everyMs: null },
    { domain: 'event', at: 5, name: 'n', everyMs: 100 },
  ],
  processing: [{ domain: 'processing', at: -1, name: null, everyMs: null }],
  seen: ['e1'],
  outputs: [{ output: null, value: { a: [1] }, timestamp: null }],
  calls: [
    { ...PENDING, outcome: null },
    { ...PENDING, n: 1, outcome: { ok: ['failed', 'x'] } },
    { ...PENDING, n: 2, timestamp: null, emitAt: null, outcome: { failed: 'x' } },
  ],
  failedCalls: [{ call: 'ask', version: 2, n: 0, request: { a: 1 }, attempts: 3, timestamp: 9, reason: 'no' }],
};

it('gives back what was stored', () => {
  expect(decodeSnapshot(process, encodeSnapshot(SNAPSHOT))).toEqual({ ok: true, value: SNAPSHOT });
});

it('F39: is in the first format where it holds no calls, and reads what an older release wrote', () => {
  const plain = { ...SNAPSHOT, calls: [], failedCalls: [] };
  const { c: _, d: __, m: ___, ...first } = { ...stored, f: 1 };
  expect(encodeSnapshot(plain)).toEqual(bytes(first));
  expect(decodeSnapshot(process, bytes(first))).toEqual({ ok: true, value: plain });
});

const stored = JSON.parse(new TextDecoder().decode(encodeSnapshot(SNAPSHOT)));
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

it.each([
  ['no format', { ...stored, f: 0 }],
  ['no version of its states', { ...stored, m: undefined }],
  ['a list', [stored]],
  ['no version', { ...stored, v: undefined }],
  ['a version of -1', { ...stored, v: -1 }],
  ['a watermark of 1.5', { ...stored, w: 1.5 }],
  ['timers out of order', { ...stored, e: [6, 5] }],
  ['a timer twice', { ...stored, e: [5, 5] }],
  ['a timer without a name', { ...stored, e: [[5, null, null]] }],
  ['a value with three parts', { ...stored, s: { one: ['x', 1, 2] } }],
  [
    'a map with a key twice',
    {
      ...stored,
      s: {
        named: [
          ['a', 1],
          ['a', 2],
        ],
      },
    },
  ],
  ['a list of bare values', { ...stored, s: { many: ['a'] } }],
  ['ids that are numbers', { ...stored, i: [1] }],
  ['a call without a version', { ...stored, c: [stored.c[0].with(1, null)] }],
  ['a call with an outcome of no kind', { ...stored, c: [stored.c[0].with(10, ['maybe', 1])] }],
  ['a failed call without a reason', { ...stored, d: [stored.d[0].with(6, 1)] }],
  ['no calls in the format that has them', { ...stored, c: undefined }],
  ['an output without a time', { ...stored, o: [[null, 1]] }],
])('F51: refuses %s', (_, value) => {
  expect(decodeSnapshot(process, bytes(value))).toMatchObject({ ok: false, code: 'CORRUPT_SNAPSHOT' });
});

it('F51: whatever was flipped, the answer is a refusal or a snapshot that runs', () => {
  const good = encodeSnapshot(SNAPSHOT);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bad = good.slice();
      bad[at] = (bad[at] ?? 0) ^ flip;
      const decoded = decodeSnapshot(process, bad);
      if (!decoded.ok) return;
      const input = { kind: 'element', input: 'main', id: null, timestamp: null, value: 'x' } as const;
      const turn = { key: 'k', inputs: [input], now: Number.MIN_SAFE_INTEGER, watermark: Number.MIN_SAFE_INTEGER };
      expect(step(process, decoded.value, turn).effects.failure).toBeNull();
    }),
    { numRuns: 2000, seed: 51 },
  );
});

it('keeps the states that this release does not declare', () => {
  const foreign = { ...SNAPSHOT, state: { ...SNAPSHOT.state, other: [1] } };
  const decoded = decodeSnapshot(process, encodeSnapshot(foreign));
  const input = { kind: 'element', input: 'main', id: null, timestamp: null, value: 'x' } as const;
  const turn = { key: 'k', inputs: [input], now: -100, watermark: -100 };
  expect(decoded.ok && step(process, decoded.value, turn).snapshot.state.other).toEqual([1]);
});
