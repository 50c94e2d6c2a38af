import type { EpochMs } from '../../shared/core/time/epoch.ts';

/** What has a queue of its own, and does something every minute. */
export type Companion = {
  nextVisibleAt(): EpochMs | undefined;
  deliver(): readonly Promise<unknown>[];
  tick(): Promise<unknown>;
};
