/**
 * The protocol's time constants, milliseconds. Writers and readers of one deployment must agree on them.
 *
 * T1  close(B) = start(B) − lookahead: from then on the scheduled lane of bucket B takes no entry.
 * T2  a reader lists the scheduled lane no earlier than close(B) + guard.
 * T3  a writer whose put ended within `skew` of close(B), or later, looks into the segment's log (see `announce`).
 * T4  a bucket may settle no earlier than end(B) + lateGrace; a late writer must have ended by end(B) + lateGrace − skew.
 * T5  a cancel or move is decided no later than due − cancelFence; the sender reads what was decided no earlier than
 *     due − readAhead; readAhead + skew ≤ cancelFence, so what was acknowledged in time is seen.
 */
export type Timing = {
  readonly lookaheadMs: number;
  readonly guardMs: number;
  /** The largest difference between two clocks that loses nothing. */
  readonly skewMs: number;
  readonly lateGraceMs: number;
  /** So long the sweep leaves a reference without a hint to its writer, who may be about to commit it. */
  readonly commitWithinMs: number;
  readonly cancelFenceMs: number;
  readonly readAheadMs: number;
  /** The sender reads what was decided so long before the first item that is not covered yet. */
  readonly verifyLeadMs: number;
  /** How long before its first due item a pointer shows. */
  readonly leadMs: number;
  readonly leaseMs: number;
  /** A worker whose next item is further away hands its segment back. */
  readonly holdMaxMs: number;
  /** A checkpoint is due when so many items ended and so much time passed since the last one. */
  readonly checkpointItems: number;
  readonly checkpointMs: number;
  /** How late a first attempt may start where the message says `onMissed: skip`. */
  readonly missedAfterMs: number;
};

export const DEFAULT_TIMING: Timing = {
  lookaheadMs: 300_000,
  guardMs: 1_000,
  skewMs: 10_000,
  lateGraceMs: 30_000,
  commitWithinMs: 10_000,
  cancelFenceMs: 2_000,
  readAheadMs: 1_000,
  verifyLeadMs: 300,
  leadMs: 2_000,
  leaseMs: 20_000,
  holdMaxMs: 10_000,
  checkpointItems: 100,
  checkpointMs: 25,
  missedAfterMs: 60_000,
};
