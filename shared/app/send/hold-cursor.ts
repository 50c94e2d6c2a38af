import { Interruption } from '../../core/interruption.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { plusMs } from '../../core/time/epoch.ts';
import type { Clock } from '../../ports/clock.ts';

/** Wakes one waiting unit; a ring while nobody waits is kept for the next wait. */
export type Bell = {
  /** Resolves at `at` or at the next ring, whichever is first; one wait at a time. */
  wait(at: EpochMs): Promise<void>;
  ring(): void;
};

/** Holds all units of a process with one sleep at a time: a timer for each item would fire early and late. */
export type HoldCursor = {
  makeBell(): Bell;
  /**
   * Lets the rest of the process, checkpoints and calls of the API among it, have its turn where units kept it for long.
   * Promises alone would not: a target that answers at once lets a herd run to its end, held in memory and undecided.
   */
  giveTurn(): Promise<void>;
};

/** For so long units may keep the process to themselves. */
const TURN_MS = 5;

type Wait = { readonly at: EpochMs; readonly resolve: () => void };

/** Knows for how long units have kept the process to themselves. */
const makeGivenTurns = (clock: Clock) => {
  let turnAt = clock.now();
  const given = (): void => {
    turnAt = clock.now();
  };
  const give = async (): Promise<void> => {
    if (Math.abs(clock.now() - turnAt) < TURN_MS) return;
    await clock.sleepUntil(plusMs(clock.now(), 1));
    given();
  };
  return { given, give };
};

/** All who wait, behind one sleep that ends with the earliest of them. */
const makeWaits = (clock: Clock, turns: ReturnType<typeof makeGivenTurns>) => {
  const waits = new Set<Wait>();
  let sleep: { readonly until: EpochMs; readonly cancel: Interruption } | undefined;

  const earliest = (): EpochMs | undefined => {
    let first: EpochMs | undefined;
    for (const { at } of waits) if (first === undefined || at < first) first = at;
    return first;
  };

  const wake = (wait: Wait): void => {
    waits.delete(wait);
    wait.resolve();
  };

  /** Wakes who is due one after the other, each with what it does at once: a thousand units take seconds. */
  const wakeDue = async (): Promise<void> => {
    turns.given();
    const now = clock.now();
    for (const wait of [...waits].filter(({ at }) => at <= now)) {
      if (!waits.has(wait)) continue;
      wake(wait);
      await Promise.resolve();
      await turns.give();
    }
  };

  const run = async (): Promise<void> => {
    let cancel = new Interruption();
    for (let until = earliest(); until !== undefined; until = earliest()) {
      if (cancel.aborted) cancel = new Interruption();
      sleep = { until, cancel };
      await clock.sleepUntil(until, cancel);
      await wakeDue();
    }
    sleep = undefined;
  };

  const hold = (wait: Wait): void => {
    waits.add(wait);
    if (!sleep) void run();
    else if (wait.at < sleep.until) sleep.cancel.abort();
  };
  return { hold, wake };
};

export const makeHoldCursor = (clock: Clock): HoldCursor => {
  const turns = makeGivenTurns(clock);
  const { hold, wake } = makeWaits(clock, turns);

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

  return { makeBell, giveTurn: turns.give };
};
