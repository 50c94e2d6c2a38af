import type { Item, Page, RangeQuery } from '../ports/item-store.ts';
import { copyItem } from './copy-item.ts';
import type { MemoryPartition } from './memory-partition.ts';

/** DynamoDB ends a page at one megabyte. */
const MAX_PAGE_BYTES = 1024 * 1024;

/**
 * At most `most` items of a range, or their keys, copied. The cursor is `>` and the last sort key seen, or a bare `^` while nothing
 * was seen.
 */
export function readPage(partition: MemoryPartition | undefined, range: RangeQuery, most: number): Page {
  if (partition === undefined) return { items: [] };
  const seen = range.after?.startsWith('>') ? range.after.slice(1) : undefined;
  const step = range.reverse ? -1 : 1;
  let low = partition.indexFrom(range.from);
  let high = partition.indexAfter(range.to) - 1;
  if (seen !== undefined && range.reverse) high = Math.min(high, partition.indexFrom(seen) - 1);
  if (seen !== undefined && !range.reverse) low = Math.max(low, partition.indexAfter(seen));
  const items: Item[] = [];
  let bytes = 0;
  for (let i = range.reverse ? high : low; i >= low && i <= high; i += step) {
    const last = items.at(-1);
    if (items.length >= most || bytes > MAX_PAGE_BYTES) return { items, next: cursor(last, range.after) };
    const item = partition.at(i);
    if (item === undefined) break;
    bytes += (item.doc?.length ?? 0) + (item.body?.length ?? 0);
    items.push(range.keysOnly ? keyOf(item) : copyItem(item));
  }
  return { items };
}

const keyOf = ({ table, pk, sk, version }: Item): Item => ({ table, pk, sk, version });

const cursor = (last: Item | undefined, before: string | undefined): string =>
  last === undefined ? (before ?? '^') : `>${last.sk}`;
