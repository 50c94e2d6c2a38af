import { expect, test } from 'vitest';
import type { Target } from '../../shared/core/delivery/target.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeAbandonable } from '../../shared/local/make-abandonable.ts';
import type { Channel, Delivery, Outcome } from '../../shared/ports/channel.ts';

const TARGET = { name: 'push' } as Target;
const SENT: Outcome = { kind: 'sent', status: 204 };

const delivery = (n: number): Delivery => ({
  messageId: `msg_${n}`,
  payload: new Uint8Array(),
  dueAt: epochMs(0),
  attempt: 1,
});

/** A channel that reports when it is told to. */
const makeSlowChannel = () => {
  let report: Parameters<Channel['send']>[2] = () => {};
  const done = Promise.withResolvers<void>();
  const channel: Channel = {
    send: (_target, _deliveries, given) => {
      report = given;
      return done.promise;
    },
  };
  return { channel, report: (index: number) => report(index, SENT), done };
};

test('passes on what a channel reports', async () => {
  const { channel, report, done } = makeSlowChannel();
  const seen: [number, Outcome][] = [];
  const sending = makeAbandonable()
    .wrap(channel)
    .send(TARGET, [delivery(0), delivery(1)], (index, outcome) => seen.push([index, outcome]));
  report(1);
  report(0);
  done.resolve();
  await sending;
  expect(seen).toEqual([
    [1, SENT],
    [0, SENT],
  ]);
});

test('an abandoned attempt may have had its effect, is tried again, and is reported once', () => {
  const { channel, report } = makeSlowChannel();
  const seen: [number, Outcome['kind'], boolean?, boolean?][] = [];
  const abandonable = makeAbandonable();
  void abandonable.wrap(channel).send(TARGET, [delivery(0), delivery(1), delivery(2)], (index, outcome) => {
    if (outcome.kind === 'sent') seen.push([index, 'sent']);
    else seen.push([index, 'failed', outcome.retryable, outcome.effectPossible]);
  });
  report(1);
  abandonable.abandon();
  report(0);
  report(2);
  abandonable.abandon();
  expect(seen).toEqual([
    [1, 'sent'],
    [0, 'failed', true, true],
    [2, 'failed', true, true],
  ]);
});

test('an attempt that comes after the end does not start', async () => {
  const abandonable = makeAbandonable();
  abandonable.abandon();
  const kinds: string[] = [];
  const never: Channel = { send: () => Promise.reject(new Error('started')) };
  await abandonable.wrap(never).send(TARGET, [delivery(0)], (_index, { kind }) => kinds.push(kind));
  expect(kinds).toEqual(['failed']);
});
