import type { Context, ScheduledEvent } from 'aws-lambda';
import type { TickFunction } from '../../functions/tick/tick.ts';
import { isForeseen } from './foreseen.ts';
import type { Process, Processes, ProcessWorld } from './process.ts';
import { flushAfter } from './process.ts';
import type { Ticket } from './timeline.ts';

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Ticker = { readonly process: Process; readonly tick: TickFunction; busy: boolean };

export type TickWorld = ProcessWorld & {
  readonly processes: Processes;
  readonly tickOf: (process: Process) => TickFunction;
};

/** The clock service: a tick each minute, or as the faults have it. */
export const makeTicks = (world: TickWorld) => {
  const { timeline, weather, trace, model } = world;
  const tickers: Ticker[] = [];
  let toSkip = 0;
  let idle = false;

  const start = (): Ticker => {
    const process = world.processes.start('tick');
    const ticker = { process, tick: world.tickOf(process), busy: false };
    tickers.push(ticker);
    return ticker;
  };

  const drop = (ticker: Ticker): void => {
    ticker.process.actor.crash();
    tickers.splice(tickers.indexOf(ticker), 1);
  };

  const run = (): void => {
    if (weather.isDown('tick') || weather.isDown('compute')) return;
    const ticker = tickers.find(({ busy, process }) => !busy && process.actor.alive()) ?? start();
    const { actor } = ticker.process;
    ticker.busy = true;
    model.ticks.push(timeline.now());
    const deadline = timeline.now() + TIMEOUT_MS;
    const death = timeline.at(deadline, () => drop(ticker));
    const context = { getRemainingTimeInMillis: () => deadline - timeline.now() } as Context;
    const end = (): void => {
      death.cancel();
      ticker.busy = false;
    };
    actor.deliver(() => {
      flushAfter(ticker.process, ticker.tick({} as ScheduledEvent, context)).then(end, (error: unknown) => {
        trace(() => `${actor.name} fails: ${String(error)}`);
        if (!isForeseen(error)) model.violate('P10', `${actor.name} fails with ${String(error)}`);
        end();
      });
    });
  };

  const runLater = (): void => {
    const dice = weather.dice('F04');
    const lateMs = dice.chance(0.2) ? dice.int(0, 6 * HOUR_MS) : dice.int(0, 5 * MINUTE_MS);
    timeline.at(timeline.now() + lateMs, run);
  };

  /** A run of skipped ticks ends with one that comes, so that no run is longer than its fault says. */
  const isSkipped = (): boolean => {
    if (toSkip > 0) {
      toSkip -= 1;
      return toSkip > 0 && (weather.isOn('F01') || weather.isOn('F02'));
    }
    if (weather.strikes('F01', 0.4)) toSkip = weather.dice('F01').int(1, 4);
    else if (weather.strikes('F02', 0.1)) toSkip = weather.dice('F02').int(6, 12);
    return toSkip > 0;
  };

  const planNext = (): Ticket => {
    const everyMs = idle ? HOUR_MS : MINUTE_MS;
    return timeline.at((Math.floor(timeline.now() / everyMs) + 1) * everyMs, minute);
  };

  const minute = (): void => {
    next = planNext();
    if (isSkipped()) return;
    if (weather.strikes('F04', 0.3)) runLater();
    else run();
    if (weather.strikes('F03', 0.3)) for (let n = weather.dice('F03').int(1, 3); n > 0; n -= 1) run();
  };

  let next = planNext();
  return {
    /** While nothing is stored, an hour between ticks is as good as a minute, and quicker. */
    setIdle: (on: boolean): void => {
      idle = on;
      next.cancel();
      next = planNext();
    },
  };
};
