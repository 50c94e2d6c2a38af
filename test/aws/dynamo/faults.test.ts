import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ItemStore } from '../../../shared/ports/item-store.ts';
import { itemOf, keyOf, newPk } from '../../contract/item-store/fixtures.ts';
import { type Answer, fault, type Meddle, type WireCall } from '../../support/wire.ts';
import { BUDGET_MS, type FaultyDynamo, openFaultyDynamo } from './faulty-dynamo.ts';

let dynamo: FaultyDynamo;
beforeAll(async () => {
  dynamo = await openFaultyDynamo();
}, 60_000);
afterAll(() => dynamo?.close());

const THROTTLE = fault(400, 'ProvisionedThroughputExceededException');
const INTERNAL = fault(500, 'InternalServerError');

/** The first `count` calls get `answer`; with `apply` they are carried out all the same. */
const first =
  (count: number, answer: Answer, apply: 'lost' | 'applied' = 'lost'): Meddle =>
  async ({ nth, forward }: WireCall) => {
    if (nth > count) return forward();
    if (apply === 'applied') await forward();
    return answer;
  };

const OPERATIONS: Readonly<Record<string, (store: ItemStore, pk: string) => Promise<unknown>>> = {
  GetItem: (store, pk) => store.get(keyOf(pk)),
  BatchGetItem: (store, pk) => store.getMany([keyOf(pk), keyOf(pk, 't')]),
  PutItem: (store, pk) => store.put(itemOf(pk), 'any'),
  BatchWriteItem: (store, pk) => store.putMany([itemOf(pk), itemOf(pk, 't')]),
  DeleteItem: (store, pk) => store.remove(keyOf(pk), 'any'),
  Query: (store, pk) => store.query({ table: 'segments', pk, from: 'a', to: 'z' }),
  UpdateItem: (store, pk) => store.add(keyOf(pk), { a: 1 }),
};
const ofEach = Object.entries(OPERATIONS);
const ofEachButUpdate = ofEach.filter(([name]) => name !== 'UpdateItem');

describe('F26: throttling', () => {
  it.each([
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'RequestLimitExceeded',
    'ThrottledException',
    'TooManyRequestsException',
  ])('as %s is waited out', async (name) => {
    const pk = newPk();
    dynamo.wire.meddle(first(2, fault(400, name)));
    const { store, clock } = dynamo.open();
    expect(await store.put(itemOf(pk), 'absent')).toBe('stored');
    expect(dynamo.wire.operations).toEqual(['PutItem', 'PutItem', 'PutItem']);
    expect(clock.waitsMs).toHaveLength(2);
  });

  it.each(ofEach)('of %s is waited out', async (name, call) => {
    dynamo.wire.meddle(first(3, THROTTLE));
    await call(dynamo.open().store, newPk());
    expect(dynamo.wire.operations).toEqual(Array(4).fill(name));
  });

  it.each(ofEach)('of %s without end is told within the budget, and nothing was done', async (_, call) => {
    const pk = newPk();
    dynamo.wire.meddle(async () => THROTTLE);
    const { store, clock } = dynamo.open();
    await expect(call(store, pk)).rejects.toMatchObject({ name: 'StoreError', code: 'THROTTLED', retryable: true });
    expect(clock.waitedMs()).toBeLessThanOrEqual(BUDGET_MS);
    expect(dynamo.wire.operations.length).toBeGreaterThan(3);
    expect(await dynamo.truth.getMany([keyOf(pk), keyOf(pk, 't')])).toEqual([]);
  });
});

describe('F27: an answer that tells nothing', () => {
  const unknowns: [string, Answer][] = [
    ['an internal error', INTERNAL],
    ['503', fault(503, 'ServiceUnavailable')],
    ['502 of something between', { status: 502, body: 'Bad Gateway' }],
    ['a cut connection', 'cut'],
    ['half an answer', 'torn'],
    ['an answer that is no JSON', 'garbage'],
  ];

  it.each(ofEachButUpdate)('to %s: the call is made again', async (name, call) => {
    dynamo.wire.meddle(first(2, INTERNAL));
    await call(dynamo.open().store, newPk());
    expect(dynamo.wire.operations).toEqual(Array(3).fill(name));
  });

  it.each(unknowns)('%s, after the write was applied: the next try meets its own write', async (_, answer) => {
    const [pk, other] = [newPk(), newPk()];
    const { store } = dynamo.open();
    dynamo.wire.meddle(first(1, answer, 'applied'));
    expect(await store.put(itemOf(pk, 's', { doc: '"mine"' }), 'absent')).toBe('conflict');
    expect((await dynamo.truth.get(keyOf(pk)))?.doc).toBe('"mine"');
    dynamo.wire.meddle(first(1, answer, 'applied'));
    expect(await store.put(itemOf(other), 'any')).toBe('stored');
  });

  it.each(unknowns)('%s, without end: the error says that it may have been applied', async (_, answer) => {
    dynamo.wire.meddle(async () => answer);
    const { store, clock } = dynamo.open();
    await expect(store.put(itemOf(newPk()), 'absent')).rejects.toMatchObject({ code: 'UNKNOWN', retryable: true });
    expect(clock.waitedMs()).toBeLessThanOrEqual(BUDGET_MS);
  });

  it.each(['silence', 'stalled', 'drip'] as const)('%s: the call ends in time', async (answer) => {
    dynamo.wire.meddle(first(1, answer));
    expect(await dynamo.openImpatient().store.get(keyOf(newPk()))).toBeUndefined();
    expect(dynamo.wire.operations).toEqual(['GetItem', 'GetItem']);
  });

  it.each(unknowns)(
    '%s to an add that was applied: it is not added twice, and the caller is told',
    async (_, answer) => {
      const pk = newPk();
      dynamo.wire.meddle(first(1, answer, 'applied'));
      await expect(dynamo.open().store.add(keyOf(pk), { a: 1 })).rejects.toMatchObject({ code: 'UNKNOWN' });
      expect(dynamo.wire.operations).toEqual(['UpdateItem']);
      expect((await dynamo.truth.get(keyOf(pk)))?.counts).toEqual({ a: 1 });
    },
  );

  it('to a removal that was applied: the next try finds nothing to remove', async () => {
    const pk = newPk();
    await dynamo.truth.put(itemOf(pk), 'any');
    dynamo.wire.meddle(first(1, INTERNAL, 'applied'));
    expect(await dynamo.open().store.remove(keyOf(pk), 1)).toBe('conflict');
    dynamo.wire.meddle(first(1, INTERNAL, 'applied'));
    expect(await dynamo.open().store.remove(keyOf(pk), 'any')).toBe('removed');
  });
});

describe('what repeating would not change', () => {
  it('is not repeated: a conflict', async () => {
    const pk = newPk();
    await dynamo.truth.put(itemOf(pk), 'any');
    dynamo.wire.meddle(({ forward }) => forward());
    expect(await dynamo.open().store.put(itemOf(pk), 'absent')).toBe('conflict');
    expect(await dynamo.open().store.remove(keyOf(pk), 7)).toBe('conflict');
    expect(dynamo.wire.operations).toEqual(['PutItem', 'DeleteItem']);
  });

  it.each([
    [400, 'ValidationException'],
    [400, 'ResourceNotFoundException'],
    [400, 'AccessDeniedException'],
    [403, 'UnrecognizedClientException'],
  ])('is not repeated: %d %s', async (status, name) => {
    for (const [operation, call] of ofEach) {
      dynamo.wire.meddle(async () => fault(status, name));
      const rejected = { code: 'REJECTED', retryable: false, message: expect.stringContaining(operation) };
      await expect(call(dynamo.open().store, newPk())).rejects.toMatchObject(rejected);
      expect(dynamo.wire.operations).toEqual([operation]);
    }
  });

  it('P23: is told by name and cause, never with a byte of the item', async () => {
    dynamo.wire.meddle(async () => fault(400, 'ValidationException', 'bad value'));
    const call = dynamo.open().store.put(itemOf(newPk(), 's', { doc: '"SECRET"' }), 'any');
    const error = await call.catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ message: 'PutItem failed: ValidationException.', cause: { message: 'bad value' } });
    expect(JSON.stringify(error)).not.toContain('SECRET');
  });
});

it('every read asks for what the last acknowledged write left', async () => {
  const pk = newPk();
  const consistent: unknown[] = [];
  dynamo.wire.meddle(async ({ input, forward }) => {
    const reads = input.RequestItems ? Object.values<{ ConsistentRead?: boolean }>(input.RequestItems) : [input];
    consistent.push(...reads.map(({ ConsistentRead }) => ConsistentRead));
    return forward();
  });
  const { store } = dynamo.open();
  await store.get(keyOf(pk));
  await store.getMany([keyOf(pk), { ...keyOf(pk), table: 'keys' }]);
  await store.query({ table: 'segments', pk, from: 'a', to: 'z' });
  expect(consistent).toEqual([true, true, true, true]);
});

describe('F41: a service that is not there', () => {
  it.each(ofEach)('is unavailable to %s, after repeats', async (_, call) => {
    const { store, clock } = dynamo.openLost();
    await expect(call(store, newPk())).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(clock.waitsMs.length).toBeGreaterThan(3);
    expect(clock.waitedMs()).toBeLessThanOrEqual(BUDGET_MS);
  });
});
