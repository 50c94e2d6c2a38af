import { randomUUID } from 'node:crypto';
import type { Item, ItemKey, ItemStore, Page, RangeQuery } from '../../../shared/ports/item-store.ts';

export const KB = 1024;

/** Bounds around every sort key of the suite. */
export const ALL = { from: '\u0001', to: '\u{10FFFF}' };

/** A partition of its own: the store may be in use by others. */
export const newPk = (): string => `p-${randomUUID()}`;

export const keyOf = (pk: string, sk = 's'): ItemKey => ({ table: 'segments', pk, sk });

export const itemOf = (pk: string, sk = 's', changes: Partial<Item> = {}): Item => ({
  ...keyOf(pk, sk),
  version: 1,
  ...changes,
});

/** Items with sort keys `s000000`, `s000001`, … */
export const numbered = (pk: string, count: number, changes: Partial<Item> = {}): Item[] =>
  Array.from({ length: count }, (_, n) => itemOf(pk, `s${String(n).padStart(6, '0')}`, changes));

export const sortKeys = (items: readonly Item[]): string[] => items.map(({ sk }) => sk);

/** All pages of a range, in the order in which they come, from `after` on. */
export async function readPages(store: ItemStore, range: RangeQuery): Promise<(readonly Item[])[]> {
  const pages: (readonly Item[])[] = [];
  let { after } = range;
  do {
    const page: Page = await store.query({ ...range, ...(after !== undefined && { after }) });
    pages.push(page.items);
    after = page.next;
  } while (after !== undefined);
  return pages;
}

/** As DynamoDB sorts. */
export const byUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
