import { ProcessError } from '../process-error.ts';

/** What the state and the timers of a turn share: the clock, and whether a handler is running. */
export type Scope = { now: number; running: boolean };

/** Context and state are for the call that got them: what a callback does later would be lost. */
export const assertRunning = (scope: Scope): void => {
  if (scope.running) return;
  throw new ProcessError(
    'CONTEXT_CLOSED',
    'The context was used after its handler returned: read and write state, timers and outputs within the call only.',
  );
};
