import { describe, expect, it } from 'vitest';
import { makeSourceFunction } from '../../functions/process/source.ts';
import { DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { makeMortal } from '../support/mortal.ts';
import { contextWith } from './events.ts';
import { fromFifo, fromMsk, fromOwnKafka, fromQueue, fromShard, QUEUE } from './source-events.ts';
import { add, at, downFor, makeSources, SECOND, START, to } from './source-world.ts';

describe('the source function', () => {
  it.each([
    ['SQS', fromQueue({ m1: add('a', 1), m2: add('a', 2), m3: add('b', 4) })],
    ['FIFO', fromFifo({ g1: add('a', 1), g2: add('a', 2), h1: add('b', 4) })],
    ['Kinesis', fromShard([add('a', 1), add('a', 2), add('b', 4)])],
    ['MSK', fromMsk({ 'clicks-0': [add('a', 1), add('a', 2)], 'taps-7': [add('b', 4)] })],
    ['Kafka of one’s own', fromOwnKafka({ 'clicks-0': [add('a', 1), add('a', 2), add('b', 4)] })],
  ])('P14 counts once what %s brings twice, in its order, and acknowledges it', async (_, event) => {
    const { bring, state } = makeSources();
    expect([await bring(event), await bring(event), await bring(event, { runtime: 1 })]).toEqual([[], [], []]);
    expect(await state('a')).toMatchObject({ sum: 3, order: [1, 2] });
    expect(await state('b')).toMatchObject({ sum: 4 });
  });

  it('P13 P14 F19 loses nothing and counts nothing twice, wherever it is killed before it acknowledges', async () => {
    const event = fromShard([
      ...[1, 2, 4].flatMap((n) => ['a', 'b'].map((key) => add(key, n, { timestamp: at(n) }))),
      add('a', -1),
      add('c', 8, { timestamp: at(61) }),
    ]);
    const run = async (death?: { call: number; phase: 'before' | 'after' }) => {
      let isFirst = true;
      const mortal = makeMortal({ owner: 'runtime-0', death, counts: () => isFirst });
      const world = makeSources(mortal.seams);
      world.track(world.source(0)(event, contextWith(60_000)));
      await world.runUntil(START + 2 * SECOND);
      isFirst = false;
      if (mortal.life.dead) world.replaceRuntime(0, 'runtime-9');
      expect(await world.bring(event, { runtime: 1 })).toEqual([]);
      await world.runUntil(START + 15 * 60 * SECOND);
      return { world, calls: mortal.life.calls };
    };
    const { calls } = await run();
    expect(calls).toBeGreaterThan(5);
    for (let call = 1; call <= calls; call++) {
      for (const phase of ['before', 'after'] as const) {
        const { world } = await run({ call, phase });
        const where = `call ${call}, ${phase}`;
        expect(await world.state('a'), where).toMatchObject({ sum: 7, order: [1, 2, 4] });
        expect(await world.state('c'), where).toMatchObject({ sum: 8 });
        expect(world.bodies().sort(), where).toEqual([7, 7, 8]);
        const texts = world.letters().map(({ text }) => text.input.value);
        expect(texts.length, where).toBeLessThanOrEqual(2);
        expect(new Set(texts.map((value) => value.n)), where).toEqual(new Set([-1]));
      }
    }
  }, 120_000);

  it('has a stream begin again at the first record of a key that could not be stored, and counts none of it twice', async () => {
    let isDown = true;
    const world = makeSources(downFor('b', () => isDown));
    const bodies = [add('a', 1), add('b', 2), add('a', 4), add('a', -1), add('b', 8)].map((body, n) => ({
      ...body,
      timestamp: at(n),
    }));
    const event = fromShard(bodies);
    expect(await world.bring(event)).toEqual([event.Records[1]?.kinesis.sequenceNumber]);
    expect([await world.state('a'), await world.state('b')]).toMatchObject([{ sum: 5 }, undefined]);
    // The poison behind it is not given up yet, and event time is where the stream is.
    expect(world.letters()).toEqual([]);
    expect(await world.watermark()).toBe(START - 1);
    isDown = false;
    expect(await world.bring({ Records: event.Records.slice(1) })).toEqual([]);
    expect(await world.state('a')).toMatchObject({ sum: 5, order: [1, 4] });
    expect(await world.state('b')).toMatchObject({ sum: 10, order: [2, 8] });
    expect(world.letters()).toHaveLength(1);
    expect(await world.watermark()).toBe(START + 4 * SECOND - 1);
  });

  it('reports of Kafka the first offset of each partition that could not be stored', async () => {
    const { bring } = makeSources(downFor('b', () => true));
    const event = fromMsk({ 'clicks-0': [add('a', 1), add('b', 2), add('b', 3)], 'taps-1': [add('c', 4)] });
    expect(await bring(event)).toEqual([{ partition: 'clicks-0', offset: 16 }]);
  });

  it('reports of a queue each message that could not be stored; of a FIFO queue also what is behind it in its group', async () => {
    const { bring } = makeSources(downFor('b', () => true));
    const bodies = { g1: add('a', 1), g2: add('b', 2), g3: add('a', 4), h1: add('a', 8) };
    expect(await bring(fromQueue(bodies))).toEqual(['g2']);
    expect(await bring(fromFifo(bodies))).toEqual(['g2', 'g3']);
  });

  it('P15 has a watermark for each shard, and is as far as the one behind', async () => {
    const { bring, watermark, state, bodies, runUntil, clock } = makeSources();
    await bring(fromShard([add('b', 1, { timestamp: at(0) })], { shard: 1, from: 100 }));
    await bring(fromShard([add('a', 1, { timestamp: at(90) })]));
    expect(await watermark()).toBe(START - 1);
    await bring(fromShard([add('b', 2, { timestamp: at(70) })], { shard: 1, from: 101 }));
    expect(await watermark()).toBe(START + 70 * SECOND - 1);
    await runUntil(clock.now() + 5 * SECOND);
    expect(await state('a')).toMatchObject({ sum: 1 });
    expect(bodies().sort()).toEqual([1, 3]);
  });

  it('F12 answers before its deadline when the store hangs, and acknowledges nothing that is not stored', async () => {
    const world = makeSources({
      store: (owner, store) => ({
        ...store,
        put: (item, expected) =>
          owner.startsWith('runtime') && item.sk === 'kb' ? new Promise(() => {}) : store.put(item, expected),
      }),
    });
    const event = { Records: [...fromShard([add('b', 1)]).Records, ...fromShard([add('a', 2)], { shard: 1 }).Records] };
    const answer = world.source()(event, contextWith(20_000));
    await world.runUntil(START + 18 * SECOND);
    expect(await Promise.race([answer, 'still waiting'])).toBe('still waiting');
    await world.runUntil(START + 19 * SECOND);
    const [first] = event.Records;
    expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: first?.kinesis.sequenceNumber }] });
  });

  it('fails what comes from a source that no process takes, and an event of no source', async () => {
    const { bring, source, state, telemetry } = makeSources();
    const stranger = { ...fromQueue({ m: add('a', 1) }).Records[0], eventSourceARN: `${QUEUE}-2` };
    expect(await bring({ Records: [stranger, ...fromQueue({ n: add('a', 2) }).Records] })).toEqual(['m']);
    expect(await bring(fromOwnKafka({ 'taps-0': [add('a', 1)] }))).toEqual([{ partition: 'taps-0', offset: 15 }]);
    expect(await state('a')).toMatchObject({ sum: 2 });
    const strangers = telemetry.notes.filter(({ event }) => event === 'source without a process');
    expect(strangers.map(({ fields }) => fields.source)).toEqual([`${QUEUE}-2`, 'taps']);
    await expect(source()({ Records: null }, contextWith(60_000))).rejects.toThrow(TypeError);
  });

  it('does not start with a route to what the processes do not have', () => {
    const { runtimes, clock, telemetry } = makeSources();
    const [runtime] = runtimes;
    if (!runtime) throw new Error('no runtime');
    const start = (route: object) => () =>
      makeSourceFunction({ runtime, routes: [{ ...to(QUEUE), ...route }], limits: DEFAULT_LIMITS, clock, telemetry });
    expect(start({ process: 'orders' })).toThrow(
      `The source ${QUEUE} feeds process "orders", which the file of the processes does not have.`,
    );
    expect(start({ input: 'side' })).toThrow(`feeds input "side" of process "sums", which`);
  });
});
