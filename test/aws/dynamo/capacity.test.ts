import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeDynamoStore } from '../../../shared/aws/dynamo/dynamo-store.ts';
import { makeSystemClock } from '../../../shared/aws/system-clock.ts';
import type { ItemStore } from '../../../shared/ports/item-store.ts';
import { itemOf, KB, keyOf, newPk } from '../../contract/item-store/fixtures.ts';
import { embedded, openTables } from '../../support/engines.ts';

let opened: Awaited<ReturnType<typeof openTables>>;
let store: ItemStore;
const seen: [string, string, number][] = [];
beforeAll(async () => {
  opened = await openTables(await embedded());
  const { client, tables } = opened;
  const onCapacity = (...consumed: [string, string, number]) => void seen.push(consumed);
  store = makeDynamoStore({ client, tables, clock: makeSystemClock(), random: Math.random, onCapacity });
}, 60_000);
afterAll(() => opened?.close());

it('each operation tells what it consumed, of which table', async () => {
  const pk = newPk();
  const large = itemOf(pk, 'large', { body: new Uint8Array(10 * KB) });
  await store.put(large, 'any');
  await store.get(large);
  await store.putMany([itemOf(pk, 'a'), { ...itemOf(pk, 'b'), table: 'keys' }]);
  await store.getMany([keyOf(pk, 'a'), { ...keyOf(pk, 'b'), table: 'keys' }]);
  await store.query({ table: 'segments', pk, from: 'a', to: 'z' });
  await store.add(keyOf(pk, 'a'), { n: 1 });
  await store.remove(large, 'any');
  expect(seen).toEqual([
    ['put', 'segments', 11],
    ['get', 'segments', 3],
    ['putMany', 'segments', 1],
    ['putMany', 'keys', 1],
    ['getMany', 'segments', 1],
    ['getMany', 'keys', 1],
    ['query', 'segments', 3],
    ['add', 'segments', 1],
    ['remove', 'segments', 11],
  ]);
});
