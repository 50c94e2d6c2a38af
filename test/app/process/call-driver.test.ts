import { object } from 'valibot';
import { expect, it } from 'vitest';
import { makeCallDriver } from '../../../shared/app/process/call-driver.ts';
import { call } from '../../../shared/core/process/call/call-spec.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { makeVirtualClock } from '../../../shared/memory/virtual-clock.ts';

const NOW = epochMs(1_800_000_000_000);

const asks = defineProcess({
  name: 'asks',
  element: object({}),
  calls: { ask: call({ run: async (question: string) => question }) },
  onElement: () => {},
  onResult: { ask: () => {} },
});

const pending = (n: number) => ({
  id: `asks.1.c${n}.a`,
  call: 'ask',
  version: 1,
  n,
  request: 'question',
  timestamp: null,
  emitAt: null,
  watermark: 0,
  calledAt: NOW,
  startAt: NOW,
  attempts: 0,
  outcome: null,
});

it('a key is not settled while the outcome of one of its calls is still being fed back, behind those of the others', async () => {
  const feeds: PromiseWithResolvers<void>[] = [];
  const clock = makeVirtualClock(NOW);
  const driver = makeCallDriver({
    clock,
    feed: () => {
      const fed = Promise.withResolvers<void>();
      feeds.push(fed);
      return fed.promise;
    },
    onError: (error) => expect.unreachable(String(error)),
  });
  driver.offer(asks, 'a', [pending(0), pending(1)]);
  let settled = false;
  const settling = driver.settled(asks, 'a').then(() => {
    settled = true;
  });
  await clock.advanceTo(NOW);
  expect(feeds).toHaveLength(2);
  feeds[1]?.resolve();
  await clock.advanceTo(NOW);
  expect(settled).toBe(false);
  feeds[0]?.resolve();
  await settling;
});
