import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { makeDynamoStore } from '../../shared/aws/dynamo/dynamo-store.ts';
import { makeSystemClock } from '../../shared/aws/system-clock.ts';
import { makeDynamoServer } from '../../shared/local/engines-dynamo.ts';
import { ALL, numbered, readPages } from '../contract/item-store/fixtures.ts';
import { openTables } from '../support/engines.ts';

/** The iterators of dynalite's database that were used and not closed since. */
function watchIterators(): Set<unknown> {
  const open = new Set<unknown>();
  const fromDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const { AbstractValueIterator } = createRequire(fromDynalite.resolve('level'))('abstract-level');
  const common = Object.getPrototypeOf(AbstractValueIterator.prototype);
  const { next, close } = common;
  common.next = function () {
    open.add(this);
    return next.call(this);
  };
  common.close = function () {
    open.delete(this);
    return close.call(this);
  };
  return open;
}

it('a query closes its database iterator, at the end of the range and before it', async () => {
  const open = watchIterators();
  const server = await makeDynamoServer(undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dynamoEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { client, tables } = await openTables({ dynamoEndpoint, close: () => Promise.resolve() });
  const store = makeDynamoStore({ client, tables, clock: makeSystemClock(), random: Math.random });
  await store.putMany(numbered('p', 60));

  const range = { table: 'segments', pk: 'p', ...ALL } as const;
  await readPages(store, range);
  await store.query({ ...range, limit: 1 });
  await readPages(store, { ...range, limit: 7, reverse: true });
  await expect.poll(() => open.size).toBe(0);

  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});
