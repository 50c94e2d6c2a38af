import type { EpochMs } from '../../core/time/epoch.ts';
import type { Clock } from '../../ports/clock.ts';

/** Wakes one waiting unit; a ring while nobody waits is kept for the next wait. */
export type Bell = {
  /** Resolves at `at` or at the next ring, whichever is first; one wait at a time. */
  wait(at: EpochMs): Promise<void>;
  ring(): void;
};

/** Holds all units of a process with one sleep at a time: a timer for each item would fire early and late. */
export type HoldCursor = { makeBell(): Bell };

/** Why a sleep ends early; without a reason Node would make an error for each. */
const EARLIER = 'somebody waits for an earlier instant';

type Wait = { readonly at: EpochMs; readonly resolve: () => void };

export const makeHoldCursor = (clock: Clock): HoldCursor => {
  const waits = new Set<Wait>();
  let sleep: { readonly until: EpochMs; readonly cancel: AbortController } | undefined;

  const earliest = (): EpochMs | undefined => {
    let first: EpochMs | undefined;
    for (const { at } of waits) if (first === undefined || at < first) first = at;
    return first;
  };

  const wake = (wait: Wait): void => {
    waits.delete(wait);
    wait.resolve();
  };

  const run = async (): Promise<void> => {
    let cancel = new AbortController();
    for (let until = earliest(); until !== undefined; until = earliest()) {
      if (cancel.signal.aborted) cancel = new AbortController();
      sleep = { until, cancel };
      await clock.sleepUntil(until, cancel.signal);
      const now = clock.now();
      for (const wait of [...waits]) if (wait.at <= now) wake(wait);
    }
    sleep = undefined;
  };

  const hold = (wait: Wait): void => {
    waits.add(wait);
    if (!sleep) void run();
    else if (wait.at < sleep.until) sleep.cancel.abort(EARLIER);
  };

  const makeBell = (): Bell => {
    let rung = false;
    let waiting: Wait | undefined;
    return {
      wait: (at) => {
        if (rung || at <= clock.now()) {
          rung = false;
          return Promise.resolve();
        }
        return new Promise((resolve) => {
          waiting = {
            at,
            resolve: () => {
              waiting = undefined;
              rung = false;
              resolve();
            },
          };
          hold(waiting);
        });
      },
      ring: () => {
        rung = true;
        if (waiting) wake(waiting);
      },
    };
  };

  return { makeBell };
};
