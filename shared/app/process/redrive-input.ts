import type { Data } from '../../core/process/data.ts';
import type { Process } from '../../core/process/definition.ts';
import type { Input } from '../../core/process/turn.ts';
import { plusMs } from '../../core/time/epoch.ts';
import { type DeadLetter, parseDeadLetter, placeOfProcessLetter, toDeadLetterItem } from '../dead-letter-record.ts';
import type { Engine } from '../engine.ts';
import type { BroadcastBook } from './broadcast-book.ts';
import type { KeyWorker } from './key-worker.ts';
import { isLasting, LETTER_ATTEMPTS, type LetterContent, reasonOf } from './poison.ts';
import { parseDraft } from './submit-elements.ts';
import type { WatermarkBook } from './watermark-book.ts';

/*
 * The other end of a redrive (`redrive-letter.ts`): an item of the process timeline names a dead letter.
 *
 *   letter ─► input ─► commit of its key ─► letter done
 *                  └─► failed again ──────► a letter as before, with more attempts
 *
 * L1 The letter changes only after the commit, and the input has an id: who dies in between brings it again, as a duplicate.
 * L2 What this release cannot feed, because it does not have the process or the letter holds no input, is a letter again.
 */

export type RedriveDeps = {
  readonly engine: Engine;
  readonly processes: ReadonlyMap<string, Process>;
  readonly worker: KeyWorker;
  readonly book: WatermarkBook;
  readonly broadcasts: BroadcastBook;
};

/** A key that took an input in again. */
export type Redriven = { readonly process: Process; readonly key: string };

/** The input that a letter stands for. A timer fires at once, whatever it was set for; a call is asked for anew. */
const inputOf = ({ input, everyMs, request }: LetterContent, id: string): Input | undefined => {
  if (input.kind === 'element') return { ...input, id: input.id ?? id };
  if (input.kind === 'set-timer') {
    const { domain, at, name } = input;
    return { kind: 'fire-timer', id, timer: { domain, at, name, everyMs: everyMs ?? null } };
  }
  if (input.kind !== 'result') return undefined;
  return { kind: 'ask-call', id, call: input.call, request: (request ?? null) as Data, timestamp: null };
};

const contentOf = ({ payload }: DeadLetter): LetterContent | undefined => {
  const content = JSON.parse(new TextDecoder().decode(payload)) as Partial<LetterContent>;
  return content.key !== undefined && content.input ? (content as LetterContent) : undefined;
};

const put = async ({ store, clock, retentionMs }: Engine, before: DeadLetter, next: DeadLetter): Promise<void> => {
  const expiresAt = Math.ceil(plusMs(clock.now(), retentionMs) / 1000);
  // A conflict is another worker that did the same, or an operator who asked again.
  await store.put(toDeadLetterItem({ ...next, version: before.version + 1 }, expiresAt), before.version);
};

const revive = (letter: DeadLetter): DeadLetter => {
  const { redrive: _, ...rest } = letter;
  return rest;
};

/** Commits an input to its key; gives the code of why it failed again. */
const apply = async (
  { worker, book, broadcasts, engine }: RedriveDeps,
  process: Process,
  { key, input }: { readonly key: string; readonly input: Input },
): Promise<string | undefined> => {
  const parsed = input.kind === 'element' ? parseDraft(process, { ...input, key }, engine.clock.now()) : input;
  if ('code' in parsed) return parsed.code;
  const watermark = await book.published(process);
  try {
    const [fate] =
      parsed.kind === 'element' && parsed.input === 'broadcast'
        ? await broadcasts.apply(process, [parsed], watermark)
        : (await worker.submit({ process, key, inputs: [parsed as Input], watermark })).fates;
    return fate?.kind === 'failed' ? reasonOf(fate.error) : undefined;
  } catch (error) {
    if (isLasting(error)) return reasonOf(error);
    throw error;
  }
};

/** Feeds the input of the letter `id` to the process `name`; gives its key where it was taken in. Throws what the store threw. */
export const makeRedrive =
  (deps: RedriveDeps) =>
  async (name: string, id: string): Promise<Redriven | undefined> => {
    const { engine, processes } = deps;
    const place = placeOfProcessLetter(id);
    const item = place && (await engine.store.get(place));
    const letter = item && parseDeadLetter(item);
    if (!letter?.redrive || letter.redrive.done) return undefined;
    const process = processes.get(name);
    const content = contentOf(letter);
    const input = content && inputOf(content, id);
    if (!process || !input) {
      const reason = process ? letter.reason : 'PROCESS_NOT_DEPLOYED';
      await put(engine, letter, { ...revive(letter), reason });
      return undefined;
    }
    const reason = await apply(deps, process, { key: content.key, input });
    if (reason !== undefined) {
      await put(engine, letter, { ...revive(letter), attempts: letter.attempts + LETTER_ATTEMPTS, reason });
      return undefined;
    }
    await put(engine, letter, { ...letter, redrive: { ...letter.redrive, done: true } });
    return { process, key: content.key };
  };
