import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { makeBatch } from '../../../shared/channels/http/batch.ts';
import { makeGuardedConnect } from '../../../shared/channels/http/guarded-connect.ts';
import { makeOriginPool } from '../../../shared/channels/http/origin-pool.ts';
import { makeRoute } from '../../../shared/channels/http/route.ts';
import { makeAllowList } from '../../../shared/core/delivery/allow-list.ts';
import { clock, deliveriesOf, LOOPBACK, type Receiver, receive, receiveTls, targetOf } from './receiver.ts';

const connect = makeGuardedConnect(makeAllowList(LOOPBACK), () => Promise.reject(new Error('no name is asked for')));

/** Resolves when the pool of a receiver, after so many deliveries, says that it holds nothing any more. */
const emptied = async (receiver: Receiver, count: number, after: () => void): Promise<void> => {
  const { promise, resolve: onEmpty } = Promise.withResolvers<void>();
  const origin = new URL(receiver.url).origin;
  const pool = makeOriginPool({ origin, connect, clock, connections: 10, onEmpty });
  const { batch, done } = makeBatch(makeRoute(targetOf(receiver.url)), deliveriesOf(count), () => undefined);
  pool.add(batch);
  await done;
  after();
  await promise;
};

it('a pool is empty when its receiver has closed all idle connections', async () => {
  const sockets: (() => void)[] = [];
  const receiver = await receive((request, answer) => {
    sockets.push(() => request.socket.destroy());
    answer.end();
  });
  const closeAll = () => {
    for (const close of sockets) close();
  };
  await expect(emptied(receiver, 5, closeAll)).resolves.toBeUndefined();
  await receiver.close();
});

it('a pool is empty when no attempt came through', async () => {
  const receiver = await receiveTls(createServer((socket) => socket.destroy()));
  await expect(emptied(receiver, 30, () => undefined)).resolves.toBeUndefined();
  await receiver.close();
});
