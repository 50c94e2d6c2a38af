import { END_OF_TIME } from '../../../shared/core/process/event-time.ts';
import type { LogRow } from './keyed-log.ts';
import type { Evidence } from './program.ts';

/** What a handler did to the timers of its key. */
export type Op =
  | { readonly do: 'set'; readonly at: number }
  | { readonly do: 'delete'; readonly at: number }
  | { readonly do: 'name'; readonly name: string; readonly at: number }
  | { readonly do: 'unname'; readonly name: string };

type Pending = { readonly at: number; readonly name: string | null };

/** How the handlers of a program use timers, and when they are due by what a row says of time. */
export type TimerRules = {
  readonly domain: 'event' | 'processing';
  readonly onElement: (id: string, row: LogRow) => readonly Op[];
  readonly onTimer: (timer: Pending, row: LogRow) => readonly Op[];
};

const isBefore = (a: Pending, b: Pending): boolean => a.at < b.at || (a.at === b.at && (a.name ?? '') < (b.name ?? ''));

/** The timers of one key as Flink keeps them, done in the plainest way. */
const makeTimers = () => {
  let pending: Pending[] = [];
  const drop = (at: number, name: string | null): void => {
    pending = pending.filter((timer) => timer.at !== at || timer.name !== name);
  };
  const apply = (op: Op): void => {
    if (op.do === 'set') {
      drop(op.at, null);
      pending.push({ at: op.at, name: null });
    } else if (op.do === 'delete') drop(op.at, null);
    else {
      pending = pending.filter(({ name }) => name !== op.name);
      if (op.do === 'name') pending.push({ at: op.at, name: op.name });
    }
  };
  const first = (): Pending | undefined =>
    pending.reduce<Pending | undefined>((least, timer) => (least && isBefore(least, timer) ? least : timer), undefined);
  return { apply, drop, first };
};

/** How late a timer may be that no fault made late: a wave may wait for a second, and calls are slow at times. */
const ON_TIME_MS = 5_000;

/** Holds the log of one key against a model of its timers: fired when due, in order, once, and none left at the end. */
export const replayTimers = (
  rows: readonly LogRow[],
  rules: TimerRules,
  told: { name: string; evidence: Evidence },
) => {
  const { name, evidence } = told;
  const timers = makeTimers();
  const isEvent = rules.domain === 'event';
  const early = isEvent ? 'P15' : 'P6';
  /** The watermark up to which event timers have fired at least. */
  let passed = Number.NEGATIVE_INFINITY;
  const isDue = (at: number, { now, wm }: LogRow): boolean => (isEvent ? at <= wm && wm > passed : at < now);
  const say = (promise: string, { n }: LogRow, what: string): void =>
    evidence.violate(promise, `${name}: output ${n} ${what}`, name);

  for (const row of rows) {
    const first = timers.first();
    if (row.t) {
      const { at, name: timer } = row.t;
      const shown = `${timer ?? 'the timer'} of ${at}`;
      if (first?.at !== at || first.name !== timer)
        say('P15', row, `is ${shown}, and next is ${first ? `${first.name ?? 'the timer'} of ${first.at}` : 'none'}`);
      else if (!isDue(at, row)) say(early, row, `is ${shown}, which is not due at ${isEvent ? row.wm : row.now}`);
      const lateMs = row.now - (isEvent ? evidence.reachedAt(row.wm) : at);
      const waitsForTick = !isEvent && evidence.ticksSkipped;
      if (evidence.mild && !waitsForTick && lateMs > ON_TIME_MS) say('P7', row, `is ${shown}, ${lateMs} ms late`);
      timers.drop(at, timer);
      for (const op of rules.onTimer(row.t, row)) timers.apply(op);
    } else if (row.e !== undefined) {
      // Behind the end of the input nothing rises any more.
      if (isEvent && row.wm === END_OF_TIME) break;
      if (first && isDue(first.at, row)) say('P15', row, `comes before the timer of ${first.at}, which is due`);
      passed = Math.max(passed, row.wm);
      for (const op of rules.onElement(row.e, row)) timers.apply(op);
    }
  }
  const left = timers.first();
  if (left) evidence.violate('P1', `${name}: the timer of ${left.at} never fired`, name);
};
