import { encodePointer } from '../../shared/core/segment/pointer.ts';
import { parsePartitionKey } from '../../shared/core/segment/segment-key.ts';
import type { MemoryQueue } from '../../shared/memory/memory-queue.ts';
import type { Scene } from './scene.ts';
import type { Timeline } from './timeline.ts';
import type { Truth } from './truth.ts';
import type { Weather } from './weather.ts';

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

const UNREADABLE = [
  '{',
  'null',
  '{"v":9,"unit":"send#1#0"}',
  '{"v":1,"unit":"send#x"}',
  '{"v":1,"unit":"send#1#0","entry":"E#1"}',
] as const;

export type NoiseWorld = {
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly truth: Truth;
  readonly queue: MemoryQueue;
  readonly wakeQueue: (at: number) => void;
};

/** Puts hints into the queue that nobody of ours would send. */
export const makeNoise = ({ scene, timeline, weather, truth, queue, wakeQueue }: NoiseWorld): void => {
  const send = (body: string): void => {
    void queue.send([{ body, delaySeconds: 0 }]);
    wakeQueue(timeline.now());
  };
  const noise = (): void => {
    if (timeline.now() >= scene.calmFrom) return;
    if (weather.strikes('F16', 0.4)) send(weather.dice('F16').pick(UNREADABLE));
    if (weather.strikes('F17', 0.4)) {
      const minute = Math.floor(timeline.now() / MINUTE_MS) + weather.dice('F17').int(-5, 3);
      const segment = { timeline: 'send', minute, shard: weather.dice('F17').int(0, 9) };
      send(encodePointer({ segment, lane: 'E' }));
    }
    timeline.at(timeline.now() + MINUTE_MS, noise);
  };
  timeline.at(scene.start + 500, noise);

  /**
   * A worker may look at a late entry before its writer is done: at a reference before it is committed. Not behind the
   * sweep, where nobody but the writer knows of it.
   */
  let seen = 0;
  const hintEarly = (): void => {
    if (timeline.now() >= scene.calmFrom) return;
    // Most looks find nothing new.
    const fresh = truth.entries.size > seen ? [...truth.entries.values()].slice(seen) : [];
    for (const { pk, sk, minute } of fresh) {
      const isOpen = sk.startsWith('L#') && (minute + 1) * MINUTE_MS > timeline.now();
      const segment = isOpen ? parsePartitionKey(pk) : undefined;
      if (segment && weather.strikes('F17', 0.6)) send(encodePointer({ segment, lane: 'L', sk }));
    }
    seen = truth.entries.size;
    timeline.at(timeline.now() + LOOK_EVERY_MS, hintEarly);
  };
  if (scene.on.has('F17')) timeline.at(scene.start + LOOK_EVERY_MS, hintEarly);
};
