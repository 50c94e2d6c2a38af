import { encodePointer } from '../../shared/core/segment/pointer.ts';
import { parsePartitionKey } from '../../shared/core/segment/segment-key.ts';
import type { MemoryQueue } from '../../shared/memory/memory-queue.ts';
import type { Scene } from './scene.ts';
import type { Timeline } from './timeline.ts';
import type { Truth } from './truth.ts';
import type { Weather } from './weather.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export type AftermathWorld = {
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly truth: Truth;
  readonly queue: MemoryQueue;
  readonly wakeQueue: (at: number) => void;
};

/** The store collects some of what has expired, in any order, and leaves the rest for days (F34). */
const collectExpired = async ({ scene, timeline, weather, truth }: AftermathWorld): Promise<void> => {
  const dice = scene.dice.fork(`collector ${timeline.now()}`);
  const share = scene.on.has('F34') ? dice.pick([0, 0.3, 0.7]) : 1;
  for (const item of truth.raw.items()) {
    if (item.expiresAt === undefined || item.expiresAt * 1000 > timeline.now() || !dice.chance(share)) continue;
    weather.note('F34');
    await truth.raw.remove(item, 'any');
  }
};

/** Hints of yesterday come once more, to units of which half is gone. */
const repeatHints = async ({ scene, timeline, weather, truth, queue, wakeQueue }: AftermathWorld): Promise<void> => {
  const dice = scene.dice.fork('old hints');
  for (const { pk, sk } of truth.entries.values()) {
    const segment = parsePartitionKey(pk);
    if (!segment || !dice.chance(0.3)) continue;
    weather.note('F09');
    const unit = sk.startsWith('E#') ? ({ segment, lane: 'E' } as const) : ({ segment, lane: 'L', sk } as const);
    await queue.send([{ body: encodePointer(unit), delaySeconds: dice.int(0, 60) }]);
  }
  wakeQueue(timeline.now());
};

/** Lets a settled world sleep until its items have expired, and wakes it. */
export const sleepUntilExpired = async (world: AftermathWorld): Promise<void> => {
  const { scene, timeline } = world;
  while (timeline.now() < scene.returnAt - 2 * HOUR_MS) await timeline.runUntil(timeline.now() + HOUR_MS);
  for (let n = 0; n < 2; n += 1) {
    await collectExpired(world);
    await timeline.runUntil(timeline.now() + 30 * MINUTE_MS);
  }
  await repeatHints(world);
  await timeline.runUntil(scene.returnAt - MINUTE_MS);
};
