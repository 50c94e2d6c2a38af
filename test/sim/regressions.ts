import type { FaultId } from './fault-table.ts';
import type { Asked } from './sim-worker.ts';

/** A world that once failed, or that caught a planted bug, with the fewest faults with which it did. */
export type Regression = { readonly seed: number; readonly on: readonly FaultId[]; readonly what: string };

/** They always run. The faults are named, as those that a seed draws change with the table of faults. */
export const REGRESSIONS: readonly Regression[] = [
  { seed: 12, on: ['F35'], what: 'an old hint sent an entry again whose log the store had collected first' },
  {
    seed: 22,
    on: ['F27'],
    what: 'a PUT whose commit was stored without an answer took its reference back, was repeated, and counted as void',
  },
  {
    seed: 162,
    on: ['F14', 'F27', 'F43'],
    what: 'the same cancelled a message that nobody cancelled',
  },
  {
    seed: 1537,
    on: ['F04', 'F11', 'F14', 'F19', 'F27', 'F38', 'F45'],
    what: 'a cancel that stood still until its message was due, and was repeated, was said to be done, and the message sent',
  },
  {
    seed: 82,
    on: ['F32', 'F39', 'F43'],
    what: 'a call that was repeated after a deployment with more shards was answered with ids of what was never stored',
  },
  {
    seed: 81,
    on: ['F08', 'F14', 'F15', 'F38', 'F39', 'F50'],
    what: 'a sender of a deployment with more shards carried messages into one of which no tick knew',
  },
  {
    seed: 7,
    on: ['F02', 'F10', 'F14', 'F33', 'F36', 'F50'],
    what: 'an event timer behind the watermark lost its hint to a wave that was no rise',
  },
  {
    seed: 231,
    on: [],
    what: 'a worker stepped a key by an older watermark than the key had seen, and opened windows that had fired',
  },
  {
    seed: 17804,
    on: ['F10', 'F15', 'F17', 'F32', 'F36'],
    what: 'tombstones that were read by a clock an hour ahead were shared for an hour after it was put right',
  },
  {
    seed: 11213,
    on: ['F14', 'F17', 'F18', 'F32', 'F36', 'F45'],
    what: 'the same, by a clock that was five minutes ahead',
  },
  {
    seed: 5898,
    on: ['F01', 'F03', 'F09', 'F11', 'F15', 'F19', 'F33', 'F36', 'F45', 'F46'],
    what: 'the totals were judged before a tick had counted a call that was repeated after the sweep of its buckets',
  },
  {
    seed: 12520,
    on: ['F02', 'F13', 'F16', 'F29', 'F33', 'F43', 'F46'],
    what: 'the same of a call that had stored no more than its claim',
  },
  {
    seed: 15388,
    on: ['F01', 'F03', 'F08', 'F14', 'F27', 'F29', 'F37', 'F40', 'F43', 'F46', 'F50'],
    what: 'the same of a redrive that was repeated when the bucket of its plan was past',
  },
  { seed: 18534, on: ['F41'], what: 'the same of a scheduled lane that had been empty' },
  {
    seed: 17693,
    on: ['F04', 'F13', 'F14', 'F15', 'F33', 'F36', 'F45', 'F46', 'F50'],
    what: 'a world waited for an entry that its writer had told nobody of, neither its user nor the settled log of its unit',
  },
  {
    seed: 6635,
    on: ['F04', 'F14', 'F19', 'F26', 'F29', 'F33', 'F35', 'F36', 'F45', 'F46'],
    what: 'an API whose clock was an hour behind, as it had just read, said of a message that was being sent that it was cancelled',
  },
  {
    seed: 5974,
    on: ['F05', 'F08', 'F14', 'F15', 'F18', 'F27', 'F31', 'F45'],
    what: 'settledThrough was said to have passed what a redrive that stood still had stored meanwhile and told nobody of',
  },
  {
    seed: 31101,
    on: ['F07', 'F09', 'F43', 'F50'],
    what: 'an invocation ended while the answer of a call was being committed, and its sandbox stood still before it had stored the outputs',
  },
];

/** All of them, to be lived through again. */
export const REGRESSION_WORLDS: readonly Asked[] = REGRESSIONS.map(({ seed, on }) => ({ seed, only: on }));
