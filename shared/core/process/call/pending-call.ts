import type { Data } from '../data.ts';

/** How a call ended: with a result, or for good without one. */
export type CallOutcome = { readonly ok: Data } | { readonly failed: string };

/** A call in the snapshot of its key, from the commit of the turn that asked for it until its outcome is dealt with. */
export type PendingCall = {
  readonly call: string;
  /** The version of the snapshot that holds it first, and its place among that turn's calls: together its identity. */
  readonly version: number;
  readonly n: number;
  readonly request: Data;
  /** `ctx.timestamp` of the input that called. */
  readonly timestamp: number | null;
  /** The timestamp of what its handler emits. */
  readonly emitAt: number | null;
  /** A higher watermark came, or will come, after the call. */
  readonly watermark: number;
  readonly calledAt: number;
  /** Attempts that have failed. */
  readonly attempts: number;
  /** The next attempt does not start before. */
  readonly startAt: number;
  /** Not `null`: the outcome waits for its turn. */
  readonly outcome: CallOutcome | null;
};

/** A call that failed for good and that no handler took: for the dead letters. */
export type FailedCall = Pick<PendingCall, 'call' | 'version' | 'n' | 'request' | 'timestamp' | 'attempts'> & {
  readonly reason: string;
};

/** The id of a call, the same on every attempt; different for any two of (process, key, version, n), and from output ids. */
export const callId = (process: string, key: string, { version, n }: Pick<PendingCall, 'version' | 'n'>): string =>
  `${process}.${version}.c${n}.${key}`;
