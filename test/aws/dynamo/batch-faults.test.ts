import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item } from '../../../shared/ports/item-store.ts';
import { keyOf, newPk, numbered } from '../../contract/item-store/fixtures.ts';
import { fault, type Meddle, type WireCall } from '../../support/wire.ts';
import { BUDGET_MS, type FaultyDynamo, openFaultyDynamo } from './faulty-dynamo.ts';

let dynamo: FaultyDynamo;
beforeAll(async () => {
  dynamo = await openFaultyDynamo();
}, 60_000);
afterAll(() => dynamo?.close());

const THROTTLED = { name: 'StoreError', code: 'THROTTLED' };
const numberOf = (sk: string): number => Number(sk.slice(1));
const sortKeyOf = (request: { PutRequest?: { Item: { sk: { S: string } } }; sk?: { S: string } }): string =>
  request.PutRequest?.Item.sk.S ?? request.sk?.S ?? '';

/** Of every BatchWriteItem, writes what `takes` and hands the rest back. */
const writeSome =
  (takes: (sk: string, nth: number) => boolean): Meddle =>
  async ({ input, nth, forward }: WireCall) => {
    const taken: Record<string, unknown[]> = {};
    const left: Record<string, unknown[]> = {};
    for (const [table, requests] of Object.entries<Parameters<typeof sortKeyOf>[0][]>(input.RequestItems)) {
      const { true: yes = [], false: no = [] } = Object.groupBy(requests, (each) => `${takes(sortKeyOf(each), nth)}`);
      if (yes.length > 0) taken[table] = yes;
      if (no.length > 0) left[table] = no;
    }
    if (Object.keys(taken).length > 0) await forward({ RequestItems: taken });
    return { status: 200, body: { UnprocessedItems: left } };
  };

/** Of every BatchGetItem, reads what `takes` and hands the other keys back. */
const readSome =
  (takes: (sk: string, nth: number) => boolean): Meddle =>
  async ({ input, nth, forward }: WireCall) => {
    const [[table, { Keys, ...how }]] = Object.entries<{ Keys: { sk: { S: string } }[] }>(input.RequestItems) as [
      [string, { Keys: { sk: { S: string } }[] }],
    ];
    const { true: yes = [], false: no = [] } = Object.groupBy(Keys, (key) => `${takes(key.sk.S, nth)}`);
    const UnprocessedKeys = no.length > 0 ? { [table]: { ...how, Keys: no } } : {};
    if (yes.length === 0) return { status: 200, body: { Responses: {}, UnprocessedKeys } };
    const answer = await forward({ RequestItems: { [table]: { ...how, Keys: yes } } });
    return { status: 200, body: { ...(answer.body as object), UnprocessedKeys } };
  };

const stored = async (items: readonly Item[]): Promise<string[]> =>
  (await dynamo.truth.getMany(items)).map(({ sk }) => sk).toSorted();

describe('F29: UnprocessedItems', () => {
  it.each<[string, (sk: string, nth: number) => boolean, number]>([
    ['none', () => true, 1],
    ['some, once', (sk, nth) => nth > 1 || numberOf(sk) % 3 === 0, 2],
    ['some, twice', (sk, nth) => numberOf(sk) % 3 < nth, 3],
    ['all, once', (_, nth) => nth > 1, 2],
    ['all, four times', (_, nth) => nth > 4, 5],
    ['all but three a call', (sk, nth) => Math.floor(numberOf(sk) / 3) === nth - 1, 4],
  ])('%s: every item is stored when the call returns', async (_, takes, calls) => {
    const items = numbered(newPk(), 10, { doc: '{}' });
    dynamo.wire.meddle(writeSome(takes));
    const { store, clock } = dynamo.open();
    await store.putMany(items);
    expect(await stored(items)).toEqual(items.map(({ sk }) => sk));
    expect(dynamo.wire.operations).toHaveLength(calls);
    expect(clock.waitsMs).toHaveLength(calls - 1);
  });

  it('of three tables: each is written to its own', async () => {
    const items = numbered(newPk(), 9).map((item, n): Item => {
      return { ...item, table: (['segments', 'keys', 'control'] as const)[n % 3] ?? 'keys' };
    });
    dynamo.wire.meddle(writeSome((sk, nth) => nth > 1 || numberOf(sk) % 2 === 0));
    await dynamo.open().store.putMany(items);
    expect(await stored(items)).toHaveLength(9);
  });

  it.each([
    ['all', () => false, 0],
    ['some', (sk: string) => numberOf(sk) >= 4, 6],
  ])('%s, for ever: the call fails within its budget', async (_, takes, count) => {
    const items = numbered(newPk(), 10);
    dynamo.wire.meddle(writeSome(takes));
    const { store, clock } = dynamo.open();
    await expect(store.putMany(items)).rejects.toMatchObject(THROTTLED);
    expect(clock.waitedMs()).toBeLessThanOrEqual(BUDGET_MS);
    expect(dynamo.wire.operations.length).toBeGreaterThan(3);
    expect(await stored(items)).toHaveLength(count);
  });

  it('of one of many calls, for ever: the call fails and nothing goes on behind the caller', async () => {
    const items = numbered(newPk(), 25 * 40);
    dynamo.wire.meddle(async ({ input, forward }) => {
      const [requests] = Object.values<Parameters<typeof sortKeyOf>[0][]>(input.RequestItems);
      if (requests?.some((each) => numberOf(sortKeyOf(each)) === 60)) return fault(400, 'ValidationException');
      await sleep(20);
      return forward();
    });
    await expect(dynamo.open().store.putMany(items)).rejects.toMatchObject({ code: 'REJECTED' });
    const atOnce = dynamo.wire.operations.length;
    expect(atOnce).toBeLessThan(40);
    await sleep(60);
    expect(dynamo.wire.operations).toHaveLength(atOnce);
    const written = await stored(items);
    await sleep(60);
    expect(await stored(items)).toEqual(written);
  });
});

describe('F29: UnprocessedKeys', () => {
  it.each<[string, (sk: string, nth: number) => boolean, number]>([
    ['none', () => true, 1],
    ['some, once', (sk, nth) => nth > 1 || numberOf(sk) % 3 === 0, 2],
    ['all, three times', (_, nth) => nth > 3, 4],
    ['all but one a call', (sk, nth) => numberOf(sk) === nth - 1, 10],
  ])('%s: every item is read, once', async (_, takes, calls) => {
    const items = numbered(newPk(), 10, { doc: '{}' });
    await dynamo.truth.putMany(items);
    dynamo.wire.meddle(readSome(takes));
    const found = await dynamo.open().store.getMany(items);
    expect(found.toSorted((a, b) => (a.sk < b.sk ? -1 : 1))).toEqual(items);
    expect(dynamo.wire.operations).toHaveLength(calls);
  });

  it('because an answer had no room: no waits while items come', async () => {
    const items = numbered(newPk(), 90);
    await dynamo.truth.putMany(items);
    dynamo.wire.meddle(readSome((sk, nth) => numberOf(sk) === nth - 1));
    const { store, clock } = dynamo.open();
    expect(await store.getMany(items)).toHaveLength(90);
    expect(clock.waitsMs).toEqual([]);
  });

  it('for ever: the call fails within its budget', async () => {
    dynamo.wire.meddle(readSome(() => false));
    const { store, clock } = dynamo.open();
    await expect(store.getMany([keyOf(newPk())])).rejects.toMatchObject(THROTTLED);
    expect(clock.waitedMs()).toBeLessThanOrEqual(BUDGET_MS);
    expect(dynamo.wire.operations.length).toBeGreaterThan(3);
  });
});
