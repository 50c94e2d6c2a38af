import type { EpochMs } from '../core/time/epoch.ts';

/** A message that was given up, as the API lists it. */
export type DeadLetterView = {
  readonly id: string;
  readonly key?: string;
  readonly target: string;
  readonly reason: string;
  readonly attempts: number;
  readonly lastStatus?: number;
  /** The start of the target's last answer, at most 1 KB. */
  readonly lastResponse?: string;
  readonly dueAt: EpochMs;
  readonly deadAt: EpochMs;
};

/** The use cases of dead letters; built by `makeDeadLetterDesk`. */
export type DeadLetterDesk = {
  list(request: { target?: string; limit: number; cursor?: string }): Promise<{
    readonly items: readonly DeadLetterView[];
    readonly next: string | null;
  }>;
  /** Sends again under the same ids; twice is harmless. Throws Problem 404 where a given id is no dead letter. */
  redrive(
    request: { target: string; ratePerSecond?: number } | { ids: readonly string[]; ratePerSecond?: number },
  ): Promise<{
    readonly redriven: number;
  }>;
};
