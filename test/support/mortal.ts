import type { Channel } from '../../shared/ports/channel.ts';
import type { Around, Seams } from './seams.ts';
import { queueThrough, storeThrough } from './seams.ts';

/** The call of a process at which it is killed: before it has an effect, or after it. */
export type Death = { readonly call: number; readonly phase: 'before' | 'after' };

type Mortal = {
  readonly owner: string;
  readonly death?: Death | undefined;
  readonly onDeath?: () => void;
  /** Calls count only while this holds; always unless told. */
  readonly counts?: () => boolean;
};

const forEver = <T>(): Promise<T> => new Promise(() => {});

/**
 * One process that is killed at one of its calls to store, queue or channel: from then on nothing that it does has an
 * effect, and nothing that it waits for comes. `calls` counts how many it made.
 */
export const makeMortal = ({ owner, death, onDeath, counts }: Mortal) => {
  const life = { calls: 0, dead: false };

  const die = <T>(): Promise<T> => {
    life.dead = true;
    onDeath?.();
    return forEver();
  };

  const around: Around = async (_call, run) => {
    if (life.dead) return forEver();
    if (counts?.() === false) return run();
    life.calls += 1;
    const last = life.calls === death?.call ? death.phase : undefined;
    if (last === 'before') return die();
    const result = await run();
    if (life.dead) return forEver();
    return last === 'after' ? die() : result;
  };

  /** After its death no report of an attempt reaches it, though the attempt may have had its effect. */
  const mortalChannel = (channel: Channel): Channel => ({
    send: (target, deliveries, report) =>
      around('channel', () =>
        channel.send(target, deliveries, (index, outcome) => {
          const killed = life.dead || (life.calls === death?.call && death.phase === 'after');
          if (!killed) report(index, outcome);
        }),
      ),
  });

  const seams: Seams = {
    store: (of, store) => (of === owner ? storeThrough(store, around) : store),
    queue: (of, queue) => (of === owner ? queueThrough(queue, around) : queue),
    channel: (of, channel) => (of === owner ? mortalChannel(channel) : channel),
  };
  return { life, seams };
};
