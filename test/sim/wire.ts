import { Problem } from '../../shared/core/problem.ts';
import type { Dice } from './dice.ts';
import { isForeseen } from './foreseen.ts';
import type { Process, ProcessWorld } from './process.ts';
import { flushAfter } from './process.ts';

/** How a call ended as its user saw it. `unknown`: an error or no answer, so it may have been done. */
export type Ended<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused' | 'unknown'; readonly code: string };

export type WireWorld = ProcessWorld & { readonly dice: Dice };

const CLIENT_TIMEOUT_MS = 29_000;
const TRIES = 8;

/** Some repeat a call only when the buckets that it is for have long been closed, as a queue's redelivery does. */
const LONG_AFTER_MS = [300_000, 540_000] as const;

/** What users have between themselves and the API: answers may never come, and calls are repeated. */
export const makeWire = <Api extends { readonly process: Process }>(world: WireWorld, start: () => Api) => {
  const { timeline, weather, dice, trace, model } = world;
  const apis: Api[] = [];

  const anApi = (): Api => {
    const index = dice.int(0, world.scene.apis - 1);
    const there = apis[index];
    if (there?.process.actor.alive()) return there;
    const fresh = start();
    apis[index] = fresh;
    return fresh;
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timeline.at(timeline.now() + ms, resolve);
    });

  /** One call over the wire: the answer may never come. */
  const call = <T>(api: Api, what: string, run: () => Promise<T>): Promise<Ended<T>> =>
    new Promise((resolve) => {
      const { actor } = api.process;
      const end = (ended: Ended<T>): void => {
        timer.cancel();
        trace(() => `user hears of ${what} from ${actor.name}: ${ended.kind === 'done' ? 'done' : ended.code}`);
        resolve(ended);
      };
      const timer = timeline.at(timeline.now() + CLIENT_TIMEOUT_MS, () => end({ kind: 'unknown', code: 'NO_ANSWER' }));
      trace(() => `user asks ${actor.name} for ${what}`);
      timeline.at(timeline.now() + dice.int(1, 20), () => {
        if (weather.isDown('compute')) return end({ kind: 'refused', code: 'DOWN' });
        actor.deliver(() => {
          flushAfter(api.process, run()).then(
            (value) => timeline.at(timeline.now() + 1, () => end({ kind: 'done', value })),
            (error: unknown) => {
              if (!isForeseen(error)) model.violate('P10', `${what} ends with ${String(error)}`);
              const refused = error instanceof Problem && error.status < 500;
              end({
                kind: refused ? 'refused' : 'unknown',
                code: error instanceof Problem ? error.code : String(error),
              });
            },
          );
        });
      });
    });

  /** A crashed process never answers, so an answer that is on its way counts; what ends later does not. */
  const withTries = async <T>(what: string, run: (api: Api) => Promise<Ended<T>>): Promise<T | undefined> => {
    for (let n = 0; n < TRIES; n += 1) {
      const ended = await run(anApi());
      if (ended.kind === 'done') return ended.value;
      if (ended.kind === 'refused' && ended.code !== 'DOWN' && ended.code !== 'REQUEST_IN_PROGRESS') return undefined;
      await pause(
        ended.kind === 'unknown' && dice.chance(0.25) ? dice.int(...LONG_AFTER_MS) : dice.int(100, 2_000) * 2 ** n,
      );
    }
    trace(() => `user gives up ${what}`);
    return undefined;
  };

  return { call, withTries };
};
