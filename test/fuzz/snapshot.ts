import { call } from '../../shared/core/process/call/call-spec.ts';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import type { Snapshot } from '../../shared/core/process/snapshot.ts';
import { listState, mapState, valueState } from '../../shared/core/process/state/spec.ts';
import { anything } from '../conformance/anything.ts';

/** A process with a state of each kind. */
export const PROCESS = defineProcess({
  name: 'kept',
  element: anything<string>(),
  output: output<string>(),
  state: { one: valueState<string>({ ttl: { ms: 5 } }), many: listState<string>(), named: mapState<null>() },
  calls: { ask: call({ run: async (request: string) => request }) },
  onElement: (value, { emit }) => emit(value),
});

/** What it may have stored for a key. */
export const SNAPSHOT: Snapshot = {
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
    {
      ...{ call: 'ask', version: 2, n: 0, request: { a: 1 }, attempts: 1, calledAt: 5, startAt: 9, watermark: -5 },
      ...{ timestamp: null, emitAt: 7, outcome: { ok: [1] } },
    },
    {
      ...{ call: 'ask', version: 2, n: 1, request: null, attempts: 0, calledAt: 5, startAt: 5, watermark: -5 },
      ...{ timestamp: 4, emitAt: null, outcome: null },
    },
  ],
  failedCalls: [{ call: 'ask', version: 1, n: 3, request: 'x', attempts: 4, timestamp: null, reason: 'down' }],
};
