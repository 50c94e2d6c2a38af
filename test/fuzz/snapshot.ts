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
  calls: [],
  failedCalls: [],
};
