import { DEFAULT_LIMITS } from './api/limits.ts';
import { makeProcessHandlers } from './api/process/handlers.ts';
import { makeProcessRuntime, type ProcessRuntimeParts } from './app/process/make-process-runtime.ts';

/** Process functions for this process of the operating system, and what the API asks of them. */
export const composeProcesses = (parts: ProcessRuntimeParts) => {
  const { engine } = parts;
  const runtime = makeProcessRuntime(parts);
  const handlers = makeProcessHandlers({ processes: runtime.desk, clock: engine.clock, limits: DEFAULT_LIMITS });
  return { runtime, handlers };
};
