import type { Target } from '../core/delivery/target.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import type { Clock } from '../ports/clock.ts';
import type { TargetLookup, TargetReader } from './target-registry.ts';

type Cached = { readonly target: Target; readonly readAt: EpochMs };

/** Who waits for the target of a name, until it is read. */
type Waiting = PromiseWithResolvers<Target | undefined>;

const FRESH_MS = 3000;
/** While the store cannot be read, an old answer is better than none for so long. */
const USABLE_MS = 60 * 60 * 1000;
const MAX_TARGETS = 10_000;

/**
 * Remembers targets for 3 s, so a change takes effect within them; absence is never remembered, so a new target counts
 * at once. Requests of one moment are one read, and those for a name that is being read share it. Where the store fails,
 * what is known counts for an hour.
 */
export const makeTargetCache = (targets: Pick<TargetReader, 'findMany'>, clock: Clock): TargetLookup => {
  const known = new Map<string, Cached>();
  const underWay = new Map<string, Promise<Target | undefined>>();
  let asked = new Map<string, Waiting>();

  const remember = (name: string, target: Target | undefined, readAt: EpochMs): void => {
    if (known.size >= MAX_TARGETS) known.clear();
    if (target === undefined) known.delete(name);
    else known.set(name, { target, readAt });
  };

  const readAsked = async (): Promise<void> => {
    const reading = asked;
    asked = new Map();
    const readAt = clock.now();
    try {
      const found = await targets.findMany([...reading.keys()]);
      for (const [name, { resolve }] of reading) {
        underWay.delete(name);
        remember(name, found.get(name), readAt);
        resolve(found.get(name));
      }
    } catch (error) {
      for (const [name, { resolve, reject }] of reading) {
        underWay.delete(name);
        const cached = known.get(name);
        if (cached !== undefined && isWithin(cached, USABLE_MS, readAt)) resolve(cached.target);
        else reject(error);
      }
    }
  };

  const ask = (name: string): Promise<Target | undefined> => {
    if (asked.size === 0) queueMicrotask(() => void readAsked());
    const waiting: Waiting = Promise.withResolvers();
    asked.set(name, waiting);
    underWay.set(name, waiting.promise);
    return waiting.promise;
  };

  return {
    find: (name) => {
      const cached = known.get(name);
      if (cached !== undefined && isWithin(cached, FRESH_MS, clock.now())) return Promise.resolve(cached.target);
      return underWay.get(name) ?? ask(name);
    },
  };
};

/** Also false where the clock went back: then nobody knows how old the answer is. */
const isWithin = ({ readAt }: Cached, ms: number, now: EpochMs): boolean => now >= readAt && now - readAt < ms;
