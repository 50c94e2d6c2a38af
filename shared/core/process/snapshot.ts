import type { FailedCall, PendingCall } from './call/pending-call.ts';
import { NO_WATERMARK } from './event-time.ts';
import type { Output } from './output.ts';
import type { StoredState } from './state/cell.ts';
import type { Timer } from './timer.ts';

/** All that is kept of one key between turns. Plain data; nobody writes into it. */
export type Snapshot = {
  /** Goes up by one with every turn that changed something. */
  readonly version: number;
  /** The watermark up to which event timers have fired; it never goes back. */
  readonly watermark: number;
  /** How many event timers have fired in a pass that is not over; 0 between passes. */
  readonly passFirings: number;
  /** Of the process that made the snapshot; 0 in the empty one. */
  readonly stateVersion: number;
  readonly state: { readonly [name: string]: StoredState };
  readonly event: readonly Timer[];
  readonly processing: readonly Timer[];
  /** Ids of the last elements, oldest first: one that comes again changes nothing. */
  readonly seen: readonly string[];
  /** What the last turn put out, until the next one: a redelivery gives it again. */
  readonly outputs: readonly Output[];
  /** Asked for and not dealt with, in the order of asking. */
  readonly calls: readonly PendingCall[];
  /** Calls that the last turn gave up, until the next one, like `outputs`. */
  readonly failedCalls: readonly FailedCall[];
};

export const emptySnapshot: Snapshot = {
  version: 0,
  watermark: NO_WATERMARK,
  passFirings: 0,
  stateVersion: 0,
  state: {},
  event: [],
  processing: [],
  seen: [],
  outputs: [],
  calls: [],
  failedCalls: [],
};
