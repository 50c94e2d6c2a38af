import { describe, expect, test } from 'vitest';
import type { Actor } from './actor.ts';
import { makeActor } from './actor.ts';
import { checkCancelled, startedSkewed } from './cancel-checks.ts';
import { makeDice } from './dice.ts';
import type { Arrival } from './model.ts';
import { makeModel } from './model.ts';
import { makeTimeline } from './timeline.ts';

const ID = 'msg_1';
const DUE = 100_000;

type Case = {
  /** When the word of the cancel was stored, and when the user heard of it. */
  readonly storedAt?: number;
  readonly heardAt?: number;
  readonly apiOffsetMs?: number;
  readonly state?: 'sent' | 'cancelled';
  readonly attempts?: number;
  readonly times?: number;
  readonly worker?: Partial<Actor>;
  readonly arrival?: Partial<Arrival>;
};

/** A worker that sends when the message is due and dies a second later; the cancel comes ten seconds after that. */
const broken = (given: Case): boolean => {
  const { storedAt = DUE + 10_000, heardAt = DUE + 11_000, apiOffsetMs = 0, state = 'cancelled' } = given;
  let now = storedAt;
  const model = makeModel(() => now);
  model.accepted.set(ID, { id: ID, tag: 'bulk.1', dueAt: DUE, at: 0 });
  model.noteCancel(ID);
  now = heardAt;
  model.noteCancel(ID);
  model.revoked.set(ID, { id: ID, at: heardAt, dueAt: DUE, how: 'cancelled', offsetMs: apiOffsetMs });
  const worker = { ...makeActor(makeTimeline(0, makeDice(1)), 'send-1'), diedAt: () => DUE + 1_000, ...given.worker };
  const sent = { target: 'push', attempt: 1, startedAt: DUE, at: DUE, acted: true, answerLost: false, offsetMs: 0 };
  const arrival: Arrival = { id: ID, tag: 'bulk.1', ...sent, worker, ...given.arrival };
  const arrivals = Array.from({ length: given.times ?? 1 }, () => arrival);
  checkCancelled(model, { wasDown: () => false }, { id: ID, state, attempts: given.attempts ?? 0, arrivals });
  return model.violations.length > 0;
};

const alive = { diedAt: () => undefined };

describe('P9 a cancel of what was sent is', () => {
  test.each<[string, Case]>([
    ['sent by a worker that died before it logged it', {}],
    ['sent by one that froze', { worker: { ...alive, frozen: [{ from: DUE + 500, to: DUE + 60_000 }] } }],
    ['stored when the worker had read already', { storedAt: DUE - 900 }],
    ['not in time by the clock of the worker', { storedAt: DUE - 4_000, arrival: { offsetMs: 3_500 } }],
    ['not acted upon', { worker: alive, arrival: { acted: false } }],
    ['acted upon without an answer that the worker could hear', { worker: alive, arrival: { answerLost: true } }],
    ['logged as sent by a worker whose clock was ahead', { state: 'sent', attempts: 1, apiOffsetMs: -3_000 }],
  ])('no fault where it was %s', (_, given) => {
    expect(broken(given)).toBe(false);
  });

  test.each<[string, Case]>([
    ['started after the answer', { arrival: { startedAt: DUE + 11_500 }, worker: { diedAt: () => DUE + 12_000 } }],
    ['kept from no log by anything', { worker: alive }],
    ['kept from no log by a death that came much later', { worker: { diedAt: () => DUE + 100_000 } }],
    ['sent although its worker read after the cancel', { storedAt: DUE - 1_100 }],
    ['in the logs, as something else than sent', { attempts: 1 }],
    ['in the logs but for one of two', { attempts: 1, times: 2 }],
    ['in the logs as sent', { state: 'sent', attempts: 1 }],
    ['told by a process whose clock was behind by an hour', { apiOffsetMs: -3_600_000 }],
    ['logged as sent, and told by such a process', { state: 'sent', attempts: 1, apiOffsetMs: -3_600_000 }],
  ])('a fault where it was %s', (_, given) => {
    expect(broken(given)).toBe(true);
  });
});

describe('P9 an attempt of a message that was cancelled has', () => {
  const worker = makeActor(makeTimeline(0, makeDice(1)), 'send-1');
  const first = { id: ID, tag: 'bulk.1', target: 'push', attempt: 1, at: DUE, acted: false, answerLost: false, worker };
  const startedBy = (offsetMs: number, startedAt: number, id = ID): boolean =>
    startedSkewed({ id: ID, at: DUE, dueAt: DUE, how: 'cancelled', offsetMs: 0 }, [
      { ...first, id, startedAt, offsetMs },
    ]);

  test('an excuse where one before it started by a clock that was ahead', () => {
    expect(startedBy(1_200, DUE - 500)).toBe(true);
  });

  test.each([
    ['where the clocks agreed', startedBy(900, DUE - 500)],
    ['where it started after the answer', startedBy(1_200, DUE + 1)],
    ['where it was of another message', startedBy(1_200, DUE - 500, 'msg_2')],
  ])('none %s', (_, excused) => {
    expect(excused).toBe(false);
  });
});
