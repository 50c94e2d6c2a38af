import { makeProcessFunction } from '../../functions/process/process.ts';
import type { Handlers } from '../api/http/call.ts';
import type { Engine } from '../app/engine.ts';
import { makeProcessTick } from '../app/process/make-process-tick.ts';
import type { TickOptions } from '../app/tick/make-tick.ts';
import { composeProcesses } from '../compose-process.ts';
import { composeProcessEngine } from '../compose-process-engine.ts';
import type { Config } from '../config.ts';
import type { Process } from '../core/process/definition.ts';
import { startEventSource } from './event-source.ts';
import type { Storage } from './open-storage.ts';
import { startTicking } from './start-ticking.ts';

export type ProcessingParts = {
  /** Of messages. */
  readonly engine: Engine;
  readonly config: Config;
  readonly storage: Storage;
  readonly processes: readonly Process[];
  readonly ticks: 'every-minute' | 'by-hand';
  readonly onError: (error: unknown) => void;
};

export type Processing = {
  tick(options?: TickOptions): Promise<unknown>;
  /** Starts nothing more and waits for what is under way; again, it only waits. */
  stop(): Promise<void>;
};

const FLUSH_EVERY_MS = 2_000;

/** Process functions in this process: their operations at once, their queue and tick when they are started. */
export function makeProcessing(parts: ProcessingParts): {
  readonly handlers: Partial<Handlers>;
  start(): Processing;
} {
  const { engine: sending, config, processes } = parts;
  const engine = composeProcessEngine(sending, config);
  const { runtime, handlers } = composeProcesses({ engine, sending, processes });
  return { handlers, start: () => start(parts, engine, runtime) };
}

function start(
  { storage, ticks, onError }: ProcessingParts,
  engine: Engine,
  runtime: ReturnType<typeof composeProcesses>['runtime'],
): Processing {
  const source = startEventSource({
    endpoint: storage.engines.sqsEndpoint,
    queue: storage.queues.process,
    name: 'process',
    serve: makeProcessFunction({ ...engine, runtime }),
    onError,
  });
  const ticking = startTicking({ engine, run: makeProcessTick(engine).run, ticks, onError });
  const flushing = setInterval(() => runtime.counters.flush().catch(onError), FLUSH_EVERY_MS);
  const end = async (): Promise<void> => {
    ticking.stop();
    runtime.sender.stop();
    await source.stop();
    clearInterval(flushing);
    await runtime.counters.flush();
  };
  let ended: Promise<void> | undefined;
  return {
    tick: ticking.tick,
    stop: () => {
      ended ??= end();
      return ended;
    },
  };
}
