import type { RetryPolicy } from '../../core/delivery/retry.ts';
import type { Target } from '../../core/delivery/target.ts';
import { Interruption } from '../../core/interruption.ts';
import type { Process } from '../../core/process/definition.ts';
import { epochMs, plusMs } from '../../core/time/epoch.ts';
import type { Channel, Delivery, Outcome } from '../../ports/channel.ts';
import { StoreError } from '../../ports/store-error.ts';
import type { Engine } from '../engine.ts';
import { decodeRedrive } from '../redrive-letter.ts';
import type { TargetLookup } from '../target-registry.ts';
import type { CallDriver } from './call-driver.ts';
import type { KeyWorker } from './key-worker.ts';
import type { makeRedrive } from './redrive-input.ts';
import { decodeHint } from './timer-hint.ts';
import type { WatermarkBook } from './watermark-book.ts';

/*
 * Processing timers come due as items of the process timeline, held to their millisecond by the same engine that sends
 * messages: an attempt is a turn of the key that the item names.
 */

export type TimerChannelDeps = {
  readonly engine: Engine;
  readonly processes: ReadonlyMap<string, Process>;
  readonly worker: KeyWorker;
  readonly book: WatermarkBook;
  readonly calls: Pick<CallDriver, 'settled'>;
  /** Brings a dead letter back to its process. */
  readonly redrive: ReturnType<typeof makeRedrive>;
};

/** A commit takes a few milliseconds; whose takes longer died, or is looked at again after the pause of a retry. */
const LOOKS_MS = [10, 20, 40, 80, 160, 320] as const;

/** Calls that take longer are brought again by the hint of their key. */
const CALL_PATIENCE_MS = 8_000;

/** A key that is throttled, or a process that is not deployed, is tried for days. */
const RETRY: RetryPolicy = {
  maxAttempts: 100,
  delaysMs: [2_000, 5_000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000],
  jitter: 0.2,
};

const failed = (reason: string, retryable: boolean): Outcome => ({
  kind: 'failed',
  retryable,
  effectPossible: false,
  reason,
});

const unreadable = (error: unknown): Outcome =>
  failed(error instanceof StoreError ? error.code : 'KEY_UNREADABLE', true);

/** A sandbox is frozen when its work has ended: calls that the key waits for are part of it, for a while. */
const settleCalls = async ({ engine, calls }: TimerChannelDeps, process: Process, key: string): Promise<void> => {
  if (Object.keys(process.calls).length === 0) return;
  const end = new Interruption();
  const patience = engine.clock.sleepUntil(plusMs(engine.clock.now(), CALL_PATIENCE_MS), end);
  await Promise.race([calls.settled(process, key), patience]);
  end.abort();
};

const remind = async (deps: TimerChannelDeps, process: Process, delivery: Delivery): Promise<Outcome> => {
  const { engine, worker, book } = deps;
  const decoded = decodeHint(new TextDecoder().decode(delivery.payload), delivery.dueAt);
  if (!decoded) return failed('HINT_UNREADABLE', false);
  const { key, hint, writtenAt } = decoded;
  try {
    const watermark = await book.published(process);
    for (const pauseMs of [...LOOKS_MS, 0]) {
      const { verdicts } = await worker.submit({
        process,
        key,
        inputs: [],
        reminders: [{ hint, writtenAt }],
        watermark,
      });
      if (verdicts.every(({ kind }) => kind !== 'early')) {
        await settleCalls(deps, process, key);
        return { kind: 'sent' };
      }
      if (pauseMs > 0) await engine.clock.sleepUntil(plusMs(engine.clock.now(), pauseMs));
    }
    return failed('NOT_COMMITTED', true);
  } catch (error) {
    return unreadable(error);
  }
};

const redrive = async (deps: TimerChannelDeps, name: string, id: string): Promise<Outcome> => {
  try {
    const redriven = await deps.redrive(name, id);
    if (redriven) await settleCalls(deps, redriven.process, redriven.key);
    return { kind: 'sent' };
  } catch (error) {
    return unreadable(error);
  }
};

/** The channel of the process timeline: it never rejects. */
export const makeTimerChannel = (deps: TimerChannelDeps): Channel => ({
  send: async (target, deliveries, report) => {
    const process = deps.processes.get(target.name);
    await Promise.all(
      deliveries.map(async (delivery, n) => {
        const dead = decodeRedrive(new TextDecoder().decode(delivery.payload));
        if (dead !== undefined) report(n, await redrive(deps, target.name, dead));
        else report(n, process ? await remind(deps, process, delivery) : failed('PROCESS_NOT_DEPLOYED', true));
      }),
    );
  },
});

/** Every name is a target here: what a worker of an older release does not know, one of a newer may. */
export const timerTargets: TargetLookup = {
  find: async (name): Promise<Target> => ({
    name,
    destination: { kind: 'none' },
    timeoutMs: 10_000,
    retry: RETRY,
    delivery: 'at-least-once',
    headers: {},
    createdAt: epochMs(0),
  }),
};
