import type { CallOutcome } from './pending-call.ts';

/** The outcome of a call; that of a call that is over changes nothing. */
export type ResultInput = {
  readonly kind: 'result';
  readonly call: string;
  readonly id: string;
  readonly outcome: CallOutcome;
  /** Attempts made in all, where it failed. */
  readonly attempts?: number;
};

/** An attempt failed and the next one waits: in the snapshot, so that any instance may make it. */
export type RetryInput = {
  readonly kind: 'retry-call';
  readonly id: string;
  /** Attempts that have failed. */
  readonly attempts: number;
  readonly startAt: number;
};

/** Takes a call away without its handler, which threw too often say: it goes to the dead letters. */
export type DropInput = { readonly kind: 'drop-call'; readonly id: string; readonly reason: string };

export type CallInput = ResultInput | RetryInput | DropInput;
