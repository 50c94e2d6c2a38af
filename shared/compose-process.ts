import { DEFAULT_LIMITS } from './api/limits.ts';
import { makeProcessHandlers } from './api/process/handlers.ts';
import type { Engine } from './app/engine.ts';
import { makeProcessRuntime, type ProcessRuntime } from './app/process/make-process-runtime.ts';
import type { Process } from './core/process/definition.ts';

/** Process functions for this process of the operating system, and what the API asks of them. */
export const composeProcesses = (engine: Engine, sending: Engine, processes: readonly Process[]) => {
  const runtime: ProcessRuntime = makeProcessRuntime({ engine, sending, processes });
  const handlers = makeProcessHandlers({ processes: runtime.desk, clock: engine.clock, limits: DEFAULT_LIMITS });
  return { runtime, handlers };
};
