import { classifyElement } from '../../core/process/classify-element.ts';
import type { Process } from '../../core/process/definition.ts';
import { parseElement } from '../../core/process/parse-element.ts';
import { ProcessError } from '../../core/process/process-error.ts';
import type { ElementInput } from '../../core/process/turn.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BroadcastBook } from './broadcast-book.ts';
import type { KeyWorker } from './key-worker.ts';
import type { Seen } from './observe-timestamps.ts';
import type { ElementDraft, ElementFate } from './process-desk.ts';
import type { InputFate } from './take-turn.ts';
import type { WatermarkBook } from './watermark-book.ts';

export type SubmitDeps = {
  readonly worker: KeyWorker;
  readonly book: WatermarkBook;
  readonly broadcasts: BroadcastBook;
  readonly clock: Pick<Clock, 'now'>;
};

/** An element that fits its schema, and where it stood in the call. */
type Fed = { readonly at: number; readonly draft: ElementDraft; readonly input: ElementInput };

const HANDLER_FAILED = 'The handler of the process threw; nothing of this element was stored.';

const failureOf = (error: unknown): ElementFate => {
  if (error instanceof ProcessError) return { kind: 'failed', code: error.code, detail: error.message };
  // The message of a handler's error may hold what the element held (P23).
  return { kind: 'failed', code: 'HANDLER_FAILED', detail: HANDLER_FAILED };
};

const ACCEPTED: ElementFate = { kind: 'accepted' };
const DUPLICATE: ElementFate = { kind: 'duplicate' };

const fateOf = (fate: InputFate | undefined): ElementFate => {
  if (fate?.kind === 'failed') return failureOf(fate.error);
  return fate?.kind === 'duplicate' ? DUPLICATE : ACCEPTED;
};

const parse = (process: Process, draft: ElementDraft, now: number): ElementInput | ElementFate => {
  const { input, id, timestamp, value } = draft;
  try {
    const element = { kind: 'element', input, id, timestamp, value: parseElement(process, input, value) } as const;
    const isFuture = input !== 'broadcast' && classifyElement(process, draft, now) === 'future';
    return isFuture ? { ...element, divertTo: 'future' } : element;
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    return { kind: 'refused', code: error.code, detail: error.message };
  }
};

const seenOf = (fed: readonly Fed[], partition: string): Seen[] =>
  [...Map.groupBy(fed, ({ draft }) => draft.input)].map(([input, of]) => ({
    input,
    partition,
    timestamps: of.flatMap(({ draft }) => draft.timestamp ?? []),
  }));

/**
 * Commits the elements of one source partition, each key's in their order and together, and after that what they say of
 * event time: an element that a crash kept from being seen by the watermark was not acknowledged either.
 */
export const makeSubmit =
  ({ worker, book, broadcasts, clock }: SubmitDeps) =>
  async (process: Process, drafts: readonly ElementDraft[], partition: string): Promise<readonly ElementFate[]> => {
    const fates = new Array<ElementFate>(drafts.length);
    const fed: Fed[] = [];
    const now = clock.now();
    for (const [at, draft] of drafts.entries()) {
      const input = parse(process, draft, now);
      if (input.kind === 'element') fed.push({ at, draft, input });
      else fates[at] = input as ElementFate;
    }
    const watermark = await book.published(process);
    const take = (of: readonly Fed[], taken: readonly InputFate[]): void => {
      for (const [n, { at }] of of.entries()) fates[at] = fateOf(taken[n]);
    };
    const broadcast = fed.filter(({ draft }) => draft.input === 'broadcast');
    if (broadcast.length > 0) {
      const elements = broadcast.map(({ input }) => input);
      take(broadcast, await broadcasts.apply(process, elements, watermark));
    }
    const keyed = fed.filter(({ draft }) => draft.input !== 'broadcast');
    await Promise.all(
      [...Map.groupBy(keyed, ({ draft }) => draft.key)].map(async ([key, of]) => {
        const inputs = of.map(({ input }) => input);
        take(of, (await worker.submit({ process, key, inputs, watermark })).fates);
      }),
    );
    const counted = fed.filter(({ at, draft, input }) => {
      // A clock that is years ahead is not to end the event time of all (K1).
      return draft.timestamp !== null && input.divertTo === undefined && fates[at]?.kind !== 'failed';
    });
    const seen = seenOf(counted, partition);
    if (seen.length > 0) await book.observe(process, seen);
    return fates;
  };
