import type { IntakeReceipts } from '../../app/message-desk.ts';
import type { Issue } from '../../core/problem.ts';
import { formatInstant } from '../../core/time/instant.ts';
import type { ApiLimits } from '../limits.ts';
import type { BulkAnswer } from '../message/answers.ts';

type ItemError = { readonly code: string; readonly pointer: string; readonly detail: string };
type Item = { readonly ref?: string; readonly error?: ItemError };

/** What happened to each message of a bulk, as far as the answer shows it. */
export type BulkResults = {
  accept(ref: string | undefined): void;
  reject(ref: string | undefined, issue: Issue): void;
  /** False from the message on that is one too many for an answer with items. */
  keepsItems(): boolean;
  /** With the receipts of the accepted ones, in their order. */
  answer(receipts: IntakeReceipts): BulkAnswer;
};

type Kept = {
  items: Item[];
  itemBytes: number;
  errors: ({ readonly index: number } & Item)[];
  accepted: number;
  rejected: number;
};

/** An accepted item without its `ref`, its quotes escaped. */
const ACCEPTED_BYTES = 96;

/** Bounded memory: the items while they fit, or else the counts and the first errors; only counts where `minimal`. */
export function makeBulkResults(minimal: boolean, limits: ApiLimits): BulkResults {
  const kept: Kept = { items: [], itemBytes: 0, errors: [], accepted: 0, rejected: 0 };
  const count = (): number => kept.accepted + kept.rejected;
  const keepsItems = (): boolean => !minimal && count() <= limits.bulkItems && kept.itemBytes <= limits.bulkItemBytes;

  const keep = (item: Item, bytes: number): void => {
    kept.itemBytes += bytes;
    if (keepsItems()) kept.items.push(item);
    else kept.items = [];
  };

  return {
    keepsItems,
    accept: (ref) => {
      kept.accepted += 1;
      keep(ref === undefined ? {} : { ref }, ACCEPTED_BYTES + (ref?.length ?? 0));
    },
    reject: (ref, { code, pointer, detail }) => {
      const item = { ...(ref !== undefined && { ref }), error: { code, pointer, detail } };
      if (kept.errors.length < limits.bulkErrors) kept.errors.push({ index: count(), ...item });
      kept.rejected += 1;
      keep(item, Buffer.byteLength(JSON.stringify(JSON.stringify(item))));
    },
    answer: (receipts) => {
      const counts = { accepted: kept.accepted, rejected: kept.rejected };
      if (minimal) return counts;
      return keepsItems()
        ? { ...counts, items: withReceipts(kept.items, receipts) }
        : { ...counts, errors: kept.errors as NonNullable<BulkAnswer['errors']> };
    },
  };
}

function withReceipts(items: readonly Item[], { ids, dueAt }: IntakeReceipts): NonNullable<BulkAnswer['items']> {
  let next = 0;
  return items.map(({ ref, error }) => {
    const named = ref === undefined ? {} : { ref };
    if (error !== undefined) return { ...named, error };
    const id = ids[next];
    const due = dueAt[next];
    if (id === undefined || due === undefined) throw new Error('The intake gave fewer receipts than it took messages.');
    next += 1;
    return { id, ...named, dueAt: formatInstant(due) };
  });
}
