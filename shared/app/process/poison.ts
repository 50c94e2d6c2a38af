import type { Process } from '../../core/process/definition.ts';
import { ProcessError } from '../../core/process/process-error.ts';
import type { Timer } from '../../core/process/timer.ts';
import type { Effects, Input } from '../../core/process/turn.ts';
import { type EpochMs, plusMs } from '../../core/time/epoch.ts';
import type { DeadLetter } from '../dead-letter-record.ts';
import { processTarget, toDeadLetterItem } from '../dead-letter-record.ts';
import { entryIdOf } from '../entry-id.ts';
import type { ProcessDeps } from './process-deps.ts';
import type { PoisonTimer } from './take-turn.ts';

/** Never the message of an error of a handler: it may hold what the element held (P23). */
const reasonOf = (error: unknown): string => (error instanceof ProcessError ? error.code : 'HANDLER_FAILED');

type Buried = {
  readonly process: Process;
  readonly key: string;
  readonly input: Input;
  readonly everyMs?: number | null;
  readonly request?: unknown;
};

const letterOf = (buried: Buried, error: unknown, at: { deadAt: EpochMs; dueAt: EpochMs }): DeadLetter => {
  const { process, key, input, everyMs, request } = buried;
  const target = processTarget(process.name);
  const text = JSON.stringify({
    key,
    input,
    ...(everyMs ? { everyMs } : {}),
    ...(request === undefined ? {} : { request }),
  });
  return {
    id: `dead_${at.deadAt}_${entryIdOf('process', process.name, text)}`,
    target,
    reason: reasonOf(error),
    attempts: 3,
    ...at,
    item: { dueAt: at.dueAt, target, ref: key },
    payload: new TextEncoder().encode(text),
    version: 1,
  };
};

const bury = async ({ engine, counters }: ProcessDeps, buried: Buried, error: unknown): Promise<void> => {
  const deadAt = engine.clock.now();
  const letter = letterOf(buried, error, { deadAt, dueAt: deadAt });
  await engine.store.put(toDeadLetterItem(letter, Math.ceil(plusMs(deadAt, engine.retentionMs) / 1000)), 'any');
  counters.count(buried.process.name, { dead: 1 });
  engine.telemetry.count('dead', 1, letter.target);
  engine.telemetry.note('error', 'process input is dead', { process: buried.process.name, reason: letter.reason });
};

const asInput = ({ domain, at, name }: Timer): Input => ({ kind: 'set-timer', domain, at, name });

/** Stores timers whose handler threw every time where an operator finds them; before the commit that removes them. */
export const buryTimers = async (
  deps: ProcessDeps,
  { process, key }: { readonly process: Process; readonly key: string },
  poison: readonly PoisonTimer[],
): Promise<void> => {
  for (const { timer, error } of poison) {
    await bury(deps, { process, key, input: asInput(timer), everyMs: timer.everyMs }, error);
  }
};

/** Stores calls that failed for good where an operator finds them; before the commit that forgets them. */
export const buryCalls = async (
  deps: ProcessDeps,
  { process, key }: { readonly process: Process; readonly key: string },
  failed: Effects['failedCalls'],
): Promise<void> => {
  for (const { id, call, reason, attempts, request } of failed) {
    const input: Input = { kind: 'result', call, id, outcome: { failed: reason }, attempts };
    await bury(deps, { process, key, input, request }, new ProcessError('CALL_FAILED', reason));
  }
};

/** Stores an input whose handler threw every time, for sources that will not bring it again. */
export const buryInput = (
  deps: ProcessDeps,
  { process, key, input }: { readonly process: Process; readonly key: string; readonly input: Input },
  error: unknown,
): Promise<void> => bury(deps, { process, key, input }, error);
