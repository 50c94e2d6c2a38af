import type { EpochMs } from '../../shared/core/time/epoch.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Clock, SleepSignal } from '../../shared/ports/clock.ts';
import type { Ticket, Timeline } from './timeline.ts';

/** How long it takes there and back, milliseconds. */
export type Way<T> = { readonly there: number; readonly back: (answer: T | undefined) => number };

/** From and to, true time. */
export type Span = { readonly from: number; to: number };

/**
 * A process: it has a clock of its own, dies, freezes and wakes. What it asks of others leaves it as long as it lives;
 * what comes back to a dead one is gone.
 */
export type Actor = {
  readonly name: string;
  readonly clock: Clock;
  alive(): boolean;
  crash(): void;
  /** Nothing reaches it before `until`, and nothing that it asks for leaves before. */
  freezeUntil(until: number): void;
  /** Between two invocations a sandbox stands still for as long as it takes. */
  park(): void;
  unpark(): void;
  /** By how much its clock is ahead of true time. */
  offset(): number;
  setOffset(ms: number): void;
  /** When its clock was off by more than a minute. */
  readonly wrong: readonly Span[];
  /**
   * Asks somebody: `act` happens there after `there` ms, the answer is back after `back` ms more. `onAnswer` is told
   * of one that is no error, as it comes.
   */
  ask<T>(way: Way<T>, act: () => Promise<T>, onAnswer?: () => void): Promise<T>;
  /** Runs something in this process once it is awake. */
  deliver(run: () => void): void;
  /** When it did nothing, not even notice. */
  readonly frozen: readonly Span[];
  diedAt(): number | undefined;
};

const MINUTE_MS = 60_000;

type Sleeper = { readonly at: number; readonly wake: () => void; ticket: Ticket };

/** The clock of one actor: a view of true time that may jump. */
const makeActorClock = (timeline: Timeline, deliver: (run: () => void) => void) => {
  const sleepers = new Set<Sleeper>();
  let offset = 0;
  const now = (): EpochMs => epochMs(timeline.now() + offset);

  const arm = (sleeper: Sleeper): Ticket => timeline.at(sleeper.at - offset, () => deliver(() => look(sleeper)));

  const look = (sleeper: Sleeper): void => {
    if (!sleepers.has(sleeper)) return;
    if (now() >= sleeper.at) sleeper.wake();
    else sleeper.ticket = arm(sleeper);
  };

  const sleepUntil = (at: EpochMs, signal?: SleepSignal): Promise<void> => {
    if (at <= now() || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const leave = (): void => {
        sleepers.delete(sleeper);
        sleeper.ticket.cancel();
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const sleeper: Sleeper = { at, wake: leave, ticket: { cancel: () => undefined } };
      sleepers.add(sleeper);
      sleeper.ticket = arm(sleeper);
      signal?.addEventListener('abort', leave, { once: true });
    });
  };

  /** As after a correction of the system's clock: everybody who waits looks at it again. */
  const setOffset = (ms: number): void => {
    offset = ms;
    for (const sleeper of sleepers) {
      sleeper.ticket.cancel();
      sleeper.ticket = arm(sleeper);
    }
  };
  return { clock: { now, sleepUntil }, setOffset, offset: () => offset };
};

export const makeActor = (timeline: Timeline, name: string): Actor => {
  const frozen: Span[] = [];
  const wrong: Span[] = [];
  let frozenUntil = 0;
  let parked: { readonly from: number; readonly waiting: (() => void)[] } | undefined;
  let diedAt: number | undefined;
  const alive = (): boolean => diedAt === undefined;

  const deliver = (run: () => void): void => {
    if (!alive()) return;
    if (parked) parked.waiting.push(run);
    else if (timeline.now() >= frozenUntil) run();
    else timeline.at(frozenUntil, () => deliver(run));
  };

  const { clock, setOffset, offset } = makeActorClock(timeline, deliver);

  const arrive = (backMs: number, settle: () => void): void => {
    if (backMs === 0) deliver(settle);
    else timeline.at(timeline.now() + backMs, () => deliver(settle));
  };

  const ask = <T>({ there, back }: Way<T>, act: () => Promise<T>, onAnswer?: () => void): Promise<T> =>
    new Promise((resolve, reject) => {
      if (!alive()) return;
      const leaves = Math.max(timeline.now(), frozenUntil);
      timeline.at(leaves + there, () => {
        act().then(
          (value) =>
            arrive(back(value), () => {
              onAnswer?.();
              resolve(value);
            }),
          (error) => arrive(back(undefined), () => reject(error)),
        );
      });
    });

  return {
    name,
    clock,
    alive,
    crash: () => {
      diedAt ??= timeline.now();
    },
    freezeUntil: (until) => {
      frozen.push({ from: timeline.now(), to: until });
      frozenUntil = Math.max(frozenUntil, until);
    },
    park: () => {
      parked ??= { from: timeline.now(), waiting: [] };
    },
    unpark: () => {
      if (!parked) return;
      const { from, waiting } = parked;
      parked = undefined;
      if (waiting.length > 0) frozen.push({ from, to: timeline.now() });
      for (const run of waiting) timeline.at(timeline.now(), () => deliver(run));
    },
    offset,
    setOffset: (ms) => {
      const last = wrong.at(-1);
      if (last?.to === Number.POSITIVE_INFINITY) last.to = timeline.now();
      if (Math.abs(ms) > MINUTE_MS) wrong.push({ from: timeline.now(), to: Number.POSITIVE_INFINITY });
      setOffset(ms);
    },
    wrong,
    ask,
    deliver,
    frozen,
    diedAt: () => diedAt,
  };
};
