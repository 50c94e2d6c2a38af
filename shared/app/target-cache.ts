import type { Target } from '../core/delivery/target.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import type { Clock } from '../ports/clock.ts';
import type { TargetLookup } from './target-registry.ts';

type Cached = { readonly target: Target; readonly readAt: EpochMs };

const FRESH_MS = 3000;
/** While the store cannot be read, an old answer is better than none for so long. */
const USABLE_MS = 60 * 60 * 1000;
const MAX_TARGETS = 10_000;

/**
 * Remembers targets for 3 s, so a change takes effect within them; absence is never remembered, so a new target counts
 * at once. Requests for one name at one time are one read. Where the store fails, what is known counts for an hour.
 */
export const makeTargetCache = (targets: TargetLookup, clock: Clock): TargetLookup => {
  const known = new Map<string, Cached>();
  const underWay = new Map<string, Promise<Target | undefined>>();

  const read = async (name: string): Promise<Target | undefined> => {
    const readAt = clock.now();
    try {
      const target = await targets.find(name);
      if (known.size >= MAX_TARGETS) known.clear();
      if (target === undefined) known.delete(name);
      else known.set(name, { target, readAt });
      return target;
    } catch (error) {
      const cached = known.get(name);
      if (cached === undefined || !isWithin(cached, USABLE_MS, readAt)) throw error;
      return cached.target;
    }
  };

  return {
    find: (name) => {
      const cached = known.get(name);
      if (cached !== undefined && isWithin(cached, FRESH_MS, clock.now())) return Promise.resolve(cached.target);
      const promise = underWay.get(name) ?? read(name).finally(() => underWay.delete(name));
      underWay.set(name, promise);
      return promise;
    },
  };
};

/** Also false where the clock went back: then nobody knows how old the answer is. */
const isWithin = ({ readAt }: Cached, ms: number, now: EpochMs): boolean => now >= readAt && now - readAt < ms;
