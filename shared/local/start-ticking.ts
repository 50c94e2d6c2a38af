import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduledEvent } from 'aws-lambda';
import { makeTickFunction } from '../../functions/tick/tick.ts';
import type { Engine } from '../app/engine.ts';
import type { TickOptions, TickReport } from '../app/tick/make-tick.ts';
import { makeLambdaContext } from './lambda-context.ts';
import { startMinuteTicks } from './minute-ticks.ts';

export type TickingOptions = {
  readonly engine: Engine;
  /** The tick of the engine's timeline. */
  readonly run: (options?: TickOptions) => Promise<TickReport>;
  /** `by-hand`: after the one at the start, only when `tick` is called. */
  readonly ticks: 'every-minute' | 'by-hand';
  readonly onError: (error: unknown) => void;
};

export type Ticking = {
  /** One tick, behind the one that opens everything again at the start. */
  tick(options?: TickOptions): Promise<TickReport>;
  stop(): void;
};

/** The timeout of the function in the deployment. */
const TIMEOUT_MS = 55_000;
const PAUSE_AFTER_ERROR_MS = 1_000;

/** Opens what an earlier process left, as the queue is empty now, and ticks every minute from then on. */
export function startTicking({ engine, run, ticks, onError }: TickingOptions): Ticking {
  const everyMinute = makeTickFunction({ tick: { run }, telemetry: engine.telemetry });
  let stopMinuteTicks = () => {};
  let stopped = false;

  const reopen = async (): Promise<void> => {
    for (let complete = false; !complete && !stopped; ) {
      try {
        complete = (await run({ reopen: true })).complete;
      } catch (error) {
        if (!stopped) onError(error);
        await sleep(PAUSE_AFTER_ERROR_MS);
      }
    }
    if (stopped || ticks === 'by-hand') return;
    const tick = () => everyMinute(scheduledEvent(), makeLambdaContext('tick', TIMEOUT_MS));
    stopMinuteTicks = startMinuteTicks(tick, onError).stop;
  };

  const reopened = reopen();
  return {
    tick: async (options) => {
      await reopened;
      return run(options);
    },
    stop: () => {
      stopped = true;
      stopMinuteTicks();
    },
  };
}

const scheduledEvent = (): ScheduledEvent => ({
  version: '0',
  id: crypto.randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: new Date().toISOString(),
  region: 'us-east-1',
  resources: ['arn:aws:events:us-east-1:000000000000:rule/local'],
  detail: {},
});
