import { isUtf8 } from 'node:buffer';
import type { Process } from '../../core/process/definition.ts';
import { ProcessError } from '../../core/process/process-error.ts';
import type { Timer } from '../../core/process/timer.ts';
import type { Effects, Input } from '../../core/process/turn.ts';
import { plusMs } from '../../core/time/epoch.ts';
import { StoreError } from '../../ports/store-error.ts';
import type { DeadLetter } from '../dead-letter-record.ts';
import { processLetterId, processTarget, toDeadLetterItem } from '../dead-letter-record.ts';
import { entryIdOf } from '../entry-id.ts';
import type { ProcessDeps } from './process-deps.ts';
import type { SourceBatch, SourceRecord } from './source-record.ts';
import type { PoisonTimer } from './take-turn.ts';

/** A code for an error; never the message of an error of a handler: it may hold what the element held (P23). */
export const reasonOf = (error: unknown): string =>
  error instanceof ProcessError || error instanceof StoreError ? error.code : 'HANDLER_FAILED';

/** True where an input fails again however often it is tried: what is kept of its key does not fit an item, or is damaged. */
export const isLasting = (error: unknown): boolean => {
  // A newer release wrote the key: it comes to this function in a moment.
  if (error instanceof ProcessError) return error.code !== 'NEWER_STATE';
  return error instanceof StoreError && error.code === 'TOO_LARGE';
};

/** What a letter holds, as JSON. */
export type LetterContent = {
  readonly key: string;
  readonly input: Input;
  readonly everyMs?: number | null;
  readonly request?: unknown;
};

type Buried = LetterContent & { readonly process: Process };

/** How often an input was tried before it is a letter. */
export const LETTER_ATTEMPTS = 3;

const textOf = ({ key, input, everyMs, request }: Buried): string =>
  JSON.stringify({
    key,
    input,
    ...(everyMs ? { everyMs } : {}),
    ...(request === undefined ? {} : { request }),
  });

/** What is to be read in a letter, and `ref`, by which its source knows it. */
type Content = { readonly process: Process; readonly ref: string; readonly text: string };

const store = async ({ engine, counters }: ProcessDeps, content: Content, reason: string): Promise<void> => {
  const { process, ref, text } = content;
  const deadAt = engine.clock.now();
  const target = processTarget(process.name);
  const letter: DeadLetter = {
    id: processLetterId(deadAt, entryIdOf('process', process.name, text)),
    target,
    reason,
    attempts: LETTER_ATTEMPTS,
    deadAt,
    dueAt: deadAt,
    item: { dueAt: deadAt, target, ref },
    payload: new TextEncoder().encode(text),
    version: 1,
  };
  await engine.store.put(toDeadLetterItem(letter, Math.ceil(plusMs(deadAt, engine.retentionMs) / 1000)), 'any');
  counters.count(process.name, { dead: 1 });
  engine.telemetry.count('dead', 1, target);
  engine.telemetry.note('error', 'process input is dead', { process: process.name, reason });
};

const bury = (deps: ProcessDeps, buried: Buried, error: unknown): Promise<void> =>
  store(deps, { process: buried.process, ref: buried.key, text: textOf(buried) }, reasonOf(error));

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

/** Stores an input for which there is no key: an operator can read it, and nothing can be fed of it. */
export const buryKeyless = (
  deps: ProcessDeps,
  { process, ref, input }: { readonly process: Process; readonly ref: string; readonly input: Input },
): Promise<void> => store(deps, { process, ref, text: JSON.stringify({ input }) }, 'INVALID_KEY');

/** Letters beyond it do not fit an item with what stands beside them. */
const MAX_TEXT_BYTES = 300_000;
/** So much of a record is kept that is no element, or too large for a letter. */
const KEPT_BYTES = 65_536;

/** Stores a record of an event source that its source will not bring again: as an element where it is one, else as it came. */
export const buryRecord = async (
  deps: ProcessDeps,
  { process, partition, record }: Omit<SourceBatch, 'records'> & { readonly record: SourceRecord },
  reason: string,
): Promise<void> => {
  const { id, bytes, content } = record;
  if (content.ok) {
    const { key, ...element } = content.element;
    const text = textOf({ process, key, input: { kind: 'element', ...element } });
    if (Buffer.byteLength(text) <= MAX_TEXT_BYTES) return store(deps, { process, ref: key, text }, reason);
  }
  const kept = Buffer.from(bytes.subarray(0, KEPT_BYTES));
  const shown = isUtf8(kept) ? { record: kept.toString() } : { base64: kept.toString('base64') };
  await store(deps, { process, ref: id, text: JSON.stringify({ partition, id, ...shown }) }, reason);
};
