import { expect, test } from 'vitest';
import type { Engine } from '../../shared/app/engine.ts';
import { makeDeadLetterDesk } from '../../shared/app/make-dead-letter-desk.ts';
import { makeProcessRuntime } from '../../shared/app/process/make-process-runtime.ts';
import { makeSender } from '../../shared/app/send/make-sender.ts';
import { parseCursor } from '../../shared/app/tick/cursor.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import { CAST } from '../fuzz/process-cast.ts';
import { makeWorld } from '../support/world.ts';

const MORE = 9;
const UNIT = { segment: { timeline: 'send', minute: 1, shard: 0 }, lane: 'E' } as const;

/** The engine of a deployment with more shards than the one that stored so far, and how many ticks look at by timeline. */
const deployed = async () => {
  const world = makeWorld({ shards: 2 });
  await world.tick.run();
  const more: Engine = { ...world.engine, shards: MORE };
  const known = (): Record<string, number | undefined> =>
    Object.fromEntries(
      world.bareStore
        .items()
        .filter(({ pk }) => pk === 'cursor')
        .map((item) => [item.sk, parseCursor(item)?.shards]),
    );
  return { ...world, more, known, stopAt: plusMs(world.clock.now(), 60_000) };
};

const channelOf = () => ({ send: async () => {} });

const runtimeOf = (more: Engine) =>
  makeProcessRuntime({ engine: { ...more, timeline: 'process' }, sending: more, processes: CAST });

test.each<[string, (at: Awaited<ReturnType<typeof deployed>>) => Promise<unknown>, readonly string[]]>([
  [
    'a sender',
    ({ more, target, stopAt }) =>
      makeSender({ engine: more, targets: { find: async () => target }, channelOf }).work(UNIT, stopAt),
    ['send'],
  ],
  ['a redrive', ({ more }) => makeDeadLetterDesk(more).redrive({ target: 'push' }), ['send']],
  [
    'a wave',
    ({ more, stopAt }) => runtimeOf(more).runWave({ process: 'first', at: epochMs(0) }, stopAt),
    ['process', 'send'],
  ],
  [
    'a timer',
    ({ more, stopAt }) =>
      runtimeOf(more).sender.work({ ...UNIT, segment: { ...UNIT.segment, timeline: 'process' } }, stopAt),
    ['process', 'send'],
  ],
])('C3 before %s stores anything, ticks know of all shards that it stores into', async (_, act, timelines) => {
  const at = await deployed();
  expect(at.known()).toEqual({ send: 2 });
  await at.during(act(at));
  expect(at.known()).toEqual(Object.fromEntries(timelines.map((timeline) => [timeline, MORE])));
});
