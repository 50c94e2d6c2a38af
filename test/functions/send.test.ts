import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeSend, type SendDeps } from '../../functions/send/send.ts';
import type { WorkResult } from '../../shared/app/send/work-unit.ts';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import type { Unit } from '../../shared/core/segment/segment-key.ts';
import { unitName } from '../../shared/core/segment/segment-key.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { contextWith, sqsEvent } from './events.ts';

const NOW = epochMs(1_795_305_600_000);

const unit = (shard: number): Unit => ({ segment: { timeline: 'send', minute: 29_921_760, shard }, lane: 'E' });
const pointer = (shard: number): string => encodePointer(unit(shard));

const setUp = (work: SendDeps['sender']['work']) => {
  const clock = makeVirtualClock(NOW);
  const telemetry = makeMemoryTelemetry();
  return { clock, telemetry, send: makeSend({ sender: { work }, clock, telemetry }) };
};

const failedOf = (response: { batchItemFailures: { itemIdentifier: string }[] }): string[] =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();

describe('send function', () => {
  test('works on all units of a batch at once, until 13 s before its deadline', async () => {
    const started: string[] = [];
    const stops: number[] = [];
    const all = Promise.withResolvers<WorkResult>();
    const { send } = setUp((given, stopAt) => {
      started.push(unitName(given));
      stops.push(stopAt - NOW);
      if (started.length === 3) all.resolve('settled');
      return all.promise;
    });
    const response = await send(sqsEvent({ a: pointer(0), b: pointer(1), c: pointer(2) }), contextWith(60_000));
    expect(started).toEqual([0, 1, 2].map((shard) => unitName(unit(shard))));
    expect(stops).toEqual([47_000, 47_000, 47_000]);
    expect(response).toEqual({ batchItemFailures: [] });
  });

  test.each<WorkResult>(['settled', 'handed-back', 'held', 'resting', 'early', 'lost'])(
    'acknowledges a pointer whose unit ended as %s',
    async (result) => {
      const { send } = setUp(async () => result);
      expect(await send(sqsEvent({ a: pointer(0) }), contextWith(60_000))).toEqual({ batchItemFailures: [] });
    },
  );

  test('F17: acknowledges pointers to nothing, and counts them', async () => {
    const { send, telemetry } = setUp(async ({ segment }) => (segment.shard === 0 ? 'settled' : 'stale'));
    const event = sqsEvent({ a: pointer(0), b: pointer(1), c: pointer(2) });
    expect(await send(event, contextWith(60_000))).toEqual({ batchItemFailures: [] });
    expect(telemetry.total('stale')).toBe(2);
  });

  test('F17: the engine finds a pointer to nothing stale once, and settled from then on', async () => {
    const { workers, during, clock } = makeWorld();
    const [worker] = workers;
    if (!worker) throw new Error('no worker');
    const past: Unit = {
      segment: { timeline: 'send', minute: Math.floor(WORLD_START / 60_000) - 2, shard: 1 },
      lane: 'E',
    };
    const late: Unit = { ...past, lane: 'L', sk: `L#${String(WORLD_START).padStart(15, '0')}#9wn4yjMYP7k` };
    for (const named of [past, late]) {
      const work = () => during(worker.work(named, epochMs(clock.now() + 47_000)));
      expect([await work(), await work()]).toEqual(['stale', 'settled']);
    }
  });

  test('F16: reports a body that is no pointer as failed, and works on the others', async () => {
    const { send, telemetry } = setUp(async () => 'settled');
    const bodies = { good: pointer(0), text: 'hello', empty: '', json: '{"v":2}', cut: pointer(1).slice(0, -1) };
    const response = await send(sqsEvent(bodies), contextWith(60_000));
    expect(failedOf(response)).toEqual(['cut', 'empty', 'json', 'text']);
    expect(telemetry.notes.map(({ level, event }) => `${level} ${event}`)).toEqual(
      Array(4).fill('error pointer unreadable'),
    );
    expect(JSON.stringify(telemetry.notes)).not.toContain('hello');
  });

  test('reports exactly the units that threw, whatever they threw', async () => {
    const outcome = fc.constantFrom('ends', 'throws', 'rejects nothing');
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { minLength: 1, maxLength: 10 }), async (outcomes) => {
        const { send } = setUp((given) => {
          const kind = outcomes[given.segment.shard];
          if (kind === 'ends') return Promise.resolve('settled');
          return Promise.reject(kind === 'throws' ? new Error('store') : undefined);
        });
        const bodies = Object.fromEntries(outcomes.map((_, shard) => [`m${shard}`, pointer(shard)]));
        const expected = outcomes.flatMap((kind, shard) => (kind === 'ends' ? [] : [`m${shard}`]));
        expect(failedOf(await send(sqsEvent(bodies), contextWith(60_000)))).toEqual(expected);
      }),
    );
  });

  test('F12: answers before its deadline when a unit hangs, and never reports one that ended', async () => {
    const never = new Promise<WorkResult>(() => {});
    const { send, clock } = setUp((given) => (given.segment.shard === 1 ? never : Promise.resolve('settled')));
    const answer = send(sqsEvent({ a: pointer(0), hanging: pointer(1), c: pointer(2) }), contextWith(60_000));
    await clock.advanceTo(epochMs(NOW + 58_999));
    expect(await Promise.race([answer, 'still waiting'])).toBe('still waiting');
    await clock.advanceTo(epochMs(NOW + 59_000));
    expect(failedOf(await answer)).toEqual(['hanging']);
  });

  test('leaves no timer behind when it is done', async () => {
    const { send, clock } = setUp(async () => 'settled');
    await send(sqsEvent({ a: pointer(0) }), contextWith(60_000));
    expect(clock.nextWakeAt()).toBeUndefined();
  });

  test('takes an empty batch', async () => {
    const { send } = setUp(async () => 'settled');
    expect(await send({ Records: [] }, contextWith(60_000))).toEqual({ batchItemFailures: [] });
  });
});
