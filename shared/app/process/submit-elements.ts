import { classifyElement } from '../../core/process/classify-element.ts';
import type { Process } from '../../core/process/definition.ts';
import { parseElement } from '../../core/process/parse-element.ts';
import { ProcessError } from '../../core/process/process-error.ts';
import type { ElementInput } from '../../core/process/turn.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BroadcastBook } from './broadcast-book.ts';
import type { KeyWorker } from './key-worker.ts';
import type { Seen } from './observe-timestamps.ts';
import { isLasting } from './poison.ts';
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
export type Fed = { readonly at: number; readonly draft: ElementDraft; readonly input: ElementInput };

/** What became of an element; `again`: its key could not be committed now, and nothing is known of it. */
export type CommitFate = ElementFate | { readonly kind: 'again'; readonly error: unknown };

export type Committed = { readonly fates: readonly CommitFate[]; readonly fed: readonly Fed[] };

const HANDLER_FAILED = 'The handler of the process threw, the log says where; nothing of this element was stored.';

/** Of a key whose item holds no more. */
const TOO_LARGE: ElementFate = {
  kind: 'failed',
  code: 'STATE_TOO_LARGE',
  detail: 'What the process keeps of the key and puts out does not fit an item; nothing of this element was stored.',
};

const failureOf = (error: unknown): ElementFate => {
  if (error instanceof ProcessError) return { kind: 'failed', code: error.code, detail: error.message };
  // The message of a handler's error may hold what the element held (P23).
  return { kind: 'failed', code: 'HANDLER_FAILED', detail: HANDLER_FAILED };
};

const ACCEPTED: ElementFate = { kind: 'accepted' };
const LATE: ElementFate = { kind: 'accepted', late: true };
const DUPLICATE: ElementFate = { kind: 'duplicate' };

const fateOf = (fate: InputFate | undefined): ElementFate => {
  if (fate?.kind === 'failed') return failureOf(fate.error);
  if (fate?.kind === 'duplicate') return DUPLICATE;
  return fate?.kind === 'applied' && fate.late ? LATE : ACCEPTED;
};

/** An element as its key takes it in, or why not. */
export const parseDraft = (process: Process, draft: ElementDraft, now: number): ElementInput | ElementFate => {
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
    timestamps: of.map(({ draft }) => draft.timestamp).filter((timestamp) => timestamp !== null),
  }));

/** Commits elements, each key's in their order and together. A key that cannot be committed leaves the others alone. */
export const makeCommit =
  ({ worker, book, broadcasts, clock }: SubmitDeps) =>
  async (process: Process, drafts: readonly ElementDraft[]): Promise<Committed> => {
    const fates = new Array<CommitFate>(drafts.length);
    const fed: Fed[] = [];
    const now = clock.now();
    for (const [at, draft] of drafts.entries()) {
      const input = parseDraft(process, draft, now);
      if (input.kind === 'element') fed.push({ at, draft, input });
      else fates[at] = input as ElementFate;
    }
    const watermark = await book.published(process);
    const take = async (of: readonly Fed[], taking: Promise<readonly InputFate[]>): Promise<void> => {
      try {
        const taken = await taking;
        for (const [n, { at }] of of.entries()) fates[at] = fateOf(taken[n]);
      } catch (error) {
        for (const { at } of of) fates[at] = { kind: 'again', error };
      }
    };
    const broadcast = fed.filter(({ draft }) => draft.input === 'broadcast');
    if (broadcast.length > 0) {
      const elements = broadcast.map(({ input }) => input);
      await take(broadcast, broadcasts.apply(process, elements, watermark));
    }
    const keyed = fed.filter(({ draft }) => draft.input !== 'broadcast');
    await Promise.all(
      [...Map.groupBy(keyed, ({ draft }) => draft.key)].map(([key, of]) => {
        const inputs = of.map(({ input }) => input);
        return take(
          of,
          worker.submit({ process, key, inputs, watermark }).then((answer) => answer.fates),
        );
      }),
    );
    return { fates, fed };
  };

/** Stores what the committed elements that `isTaken` say of event time. */
export const observeTaken = async (
  { book }: SubmitDeps,
  { process, partition, fates, fed }: Committed & { readonly process: Process; readonly partition: string },
  isTaken: (at: number) => boolean,
): Promise<void> => {
  const counted = fed.filter(({ at, draft, input }) => {
    // A clock that is years ahead is not to end the event time of all (K1).
    if (draft.timestamp === null || input.divertTo !== undefined) return false;
    const kind = fates[at]?.kind;
    return (kind === 'accepted' || kind === 'duplicate') && isTaken(at);
  });
  const seen = seenOf(counted, partition);
  if (seen.length > 0) await book.observe(process, seen);
};

/** Throws what may be over when the caller comes again; what lasts is told of its own elements, and keeps no others out (P10). */
const final = (fate: CommitFate): ElementFate => {
  if (fate.kind !== 'again') return fate;
  if (!isLasting(fate.error)) throw fate.error;
  return fate.error instanceof ProcessError ? failureOf(fate.error) : TOO_LARGE;
};

/**
 * Commits the elements of one source partition and, after that, what they say of event time: an element that a crash kept
 * from being seen by the watermark was not acknowledged either.
 */
export const makeSubmit = (deps: SubmitDeps) => {
  const commit = makeCommit(deps);
  return async (
    process: Process,
    drafts: readonly ElementDraft[],
    partition: string,
  ): Promise<readonly ElementFate[]> => {
    const committed = await commit(process, drafts);
    const fates = committed.fates.map(final);
    await observeTaken(deps, { ...committed, fates, process, partition }, () => true);
    return fates;
  };
};
