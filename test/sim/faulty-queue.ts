import type { MemoryQueue } from '../../shared/memory/memory-queue.ts';
import type { Hint, PointerQueue } from '../../shared/ports/pointer-queue.ts';
import type { Actor } from './actor.ts';
import type { Dice } from './dice.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

export type QueueWorld = {
  readonly queue: MemoryQueue;
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly dice: Dice;
  readonly beforeCall: (actor: Actor, call: string) => void;
  /** Somebody may receive something from `at` on. */
  readonly wake: (at: number) => void;
};

/**
 * Refuses some hints of the tick (F06). Every other minute is left alone, so that a bucket has two good ticks before it
 * is due; where others than the tick lose a hint, F10 does it.
 */
const refuses = (actor: Actor, { timeline, weather }: QueueWorld): boolean =>
  isTick(actor) && isOddMinute(timeline) && weather.strikes('F06', 0.3);

const isTick = (actor: Actor): boolean => actor.name.startsWith('tick');

const isOddMinute = (timeline: Timeline): boolean => Math.floor(timeline.now() / 60_000) % 2 === 1;

/** To its sender a hint whose outcome is unknown is one that was refused, so it leaves the same ticks alone (F07). */
const lies = (actor: Actor, { timeline, weather }: QueueWorld): boolean =>
  (!isTick(actor) || isOddMinute(timeline)) && weather.strikes('F07', 0.1);

const LONG_DELAY_MS = 10 * 60_000;

/** Puts a hint where it shows when it should, or as the faults have it. */
const enqueue = ({ queue, timeline, weather, wake }: QueueWorld, hint: Hint): void => {
  const show = async (delayed: Hint): Promise<void> => {
    await queue.send([delayed]);
    wake(timeline.now() + delayed.delaySeconds * 1000);
  };
  if (weather.strikes('F10', 0.1)) {
    if (weather.dice('F10').chance(0.4)) return;
    timeline.at(timeline.now() + weather.dice('F10').int(0, LONG_DELAY_MS), () => void show(hint));
    return;
  }
  void show(hint);
  if (weather.strikes('F09', 0.15)) void show({ ...hint, delaySeconds: weather.dice('F09').int(0, 900) });
};

/** What goes into one call: ten hints at most, and fewer where they are large (F08). */
const callsOf = (hints: readonly Hint[], { weather }: QueueWorld): (readonly Hint[])[] => {
  if (!weather.isOn('F08')) return [hints];
  const calls: (readonly Hint[])[] = [];
  for (let from = 0; from < hints.length; ) {
    const size = weather.dice('F08').pick([1, 2, 10]);
    calls.push(hints.slice(from, from + size));
    from += size;
  }
  weather.note('F08', Math.max(0, calls.length - 1));
  return calls;
};

const sendCall = (actor: Actor, world: QueueWorld, hints: readonly Hint[]): Promise<readonly Hint[]> => {
  world.beforeCall(actor, 'queue.send');
  return actor.ask({ there: world.dice.int(1, 10), back: () => 0 }, async () => {
    if (world.weather.isDown('queue')) return hints;
    const unsent: Hint[] = [];
    for (const hint of hints) {
      if (refuses(actor, world)) {
        unsent.push(hint);
        continue;
      }
      enqueue(world, hint);
      if (lies(actor, world)) unsent.push(hint);
    }
    return unsent;
  });
};

/** The queue as one actor sees it: it refuses, doubles, delays, loses and lies. */
export const makeFaultyQueue = (actor: Actor, world: QueueWorld): PointerQueue => ({
  send: async (hints) => {
    const unsent: Hint[] = [];
    for (const call of callsOf(hints, world)) unsent.push(...(await sendCall(actor, world, call)));
    return unsent;
  },
});
