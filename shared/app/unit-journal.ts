import { parseLogRecord } from '../core/segment/log-record.ts';
import type { Unit } from '../core/segment/segment-key.ts';
import { logKey, logRange, partitionKey } from '../core/segment/segment-key.ts';
import type { LogRecord } from '../core/segment/unit-log.ts';
import { epochMs } from '../core/time/epoch.ts';
import type { Item, ItemStore, Page, RangeQuery } from '../ports/item-store.ts';
import { DamagedRecord } from './damaged-record.ts';
import { sealJson, unsealJson } from './sealed-text.ts';
import { squeezed, unsqueezed } from './squeezed.ts';

/** Records of more text than this are stored compressed. */
const COMPRESS_ABOVE = 700;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const toItem = (unit: Unit, record: LogRecord, expiresAt: number): Item => {
  const key = { table: 'segments', pk: partitionKey(unit.segment), sk: logKey(unit, record.seq), version: 1 } as const;
  const text = sealJson(key, record);
  const stored = text.length > COMPRESS_ABOVE ? { body: squeezed(encoder.encode(text)) } : { doc: text };
  return { ...key, ...stored, expiresAt };
};

const textOf = (item: Item): string | undefined => {
  if (!item.body) return item.doc;
  try {
    return decoder.decode(unsqueezed(item.body));
  } catch (cause) {
    throw new DamagedRecord(item, { cause });
  }
};

/** Reads a stored record. Throws `DamagedRecord`: a log with a hole must stop its unit, not mislead it. */
export const recordOf = (item: Item): LogRecord => {
  const text = unsealJson(item, textOf(item));
  const record = text === undefined ? undefined : parseLogRecord(text);
  if (record === undefined) throw new DamagedRecord(item);
  return record.resumeAt === undefined ? record : { ...record, resumeAt: epochMs(record.resumeAt) };
};

/** What `read` gives, or `otherwise` where it meets a damaged record. */
export const unlessDamaged = async <T, U>(read: () => Promise<T>, otherwise: U): Promise<T | U> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DamagedRecord) return otherwise;
    throw error;
  }
};

/** All pages of a range, one after another, for who has to wait between them; who has not takes `eachPage`. */
export async function* pagesOf(store: ItemStore, range: RangeQuery): AsyncGenerator<Page> {
  let after: string | undefined;
  do {
    const page: Page = await store.query({ ...range, ...(after === undefined ? {} : { after }) });
    yield page;
    after = page.next;
  } while (after !== undefined);
}

/**
 * Gives all pages of a range to `take`, one after another, until it says that it has seen enough. What ticks and workers
 * ask for all the time has one page, mostly an empty one: a generator would cost as much as the answer.
 */
export const eachPage = async (
  store: ItemStore,
  range: RangeQuery,
  take: (page: Page) => 'enough' | undefined,
): Promise<void> => {
  let page = await store.query(range);
  while (take(page) !== 'enough' && page.next !== undefined) page = await store.query({ ...range, after: page.next });
};

/** The records of a unit from `fromSeq` on, in order. */
export const readLog = async (store: ItemStore, unit: Unit, fromSeq = 0): Promise<LogRecord[]> => {
  const records: LogRecord[] = [];
  const range = { table: 'segments', pk: partitionKey(unit.segment), ...logRange(unit, fromSeq) } as const;
  await eachPage(store, range, ({ items }) => {
    for (const item of items) records.push(recordOf(item));
  });
  return records;
};

/** The last record of a unit's log: its lease and ledger without its history. */
export const lastRecord = async (store: ItemStore, unit: Unit): Promise<LogRecord | undefined> => {
  const range = { table: 'segments', pk: partitionKey(unit.segment), ...logRange(unit) } as const;
  let after: string | undefined;
  do {
    const page: Page = await store.query({
      ...range,
      reverse: true,
      limit: 1,
      ...(after === undefined ? {} : { after }),
    });
    const item = page.items[0];
    if (item) return recordOf(item);
    after = page.next;
  } while (after !== undefined);
  return undefined;
};

/**
 * Puts one record where none is yet (U1); `conflict` where another's stands there.
 * A conflict with one's own nonce is one's own put, whose answer was lost.
 */
export const appendRecord = async (
  store: ItemStore,
  unit: Unit,
  entry: { record: LogRecord; expiresAt: number },
): Promise<'stored' | 'conflict'> => {
  const item = toItem(unit, entry.record, entry.expiresAt);
  if ((await store.put(item, 'absent')) === 'stored') return 'stored';
  const there = await store.get(item);
  return there && recordOf(there).nonce === entry.record.nonce ? 'stored' : 'conflict';
};
