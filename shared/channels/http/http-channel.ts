import { makeAllowList } from '../../core/delivery/allow-list.ts';
import type { Target } from '../../core/delivery/target.ts';
import type { Channel } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import { faultOutcome, noAnswer } from './answer.ts';
import { makeBatch } from './batch.ts';
import { makeGuardedConnect } from './guarded-connect.ts';
import { makeOriginPool, type OriginPool } from './origin-pool.ts';
import { makeSystemResolve, type Resolve } from './resolve.ts';
import { makeRoute, type Route } from './route.ts';

export type HttpChannelOptions = {
  /** Gives the time that signatures carry. */
  readonly clock: Clock;
  /** IP addresses, CIDR ranges and host names that may be connected to although they are not public. */
  readonly allow: readonly string[];
  /** Finds the addresses of a host name; the system's resolvers where left out. */
  readonly resolve?: Resolve;
  /** How many connections an origin (scheme, host, port) gets at most. */
  readonly connections?: number;
};

export type HttpChannel = Channel & {
  /** Takes no more deliveries, waits for those under way and closes all connections. */
  close(): Promise<void>;
};

const DEFAULT_CONNECTIONS = 256;

/**
 * Posts messages as webhooks signed by Standard Webhooks 1.0, to public addresses only.
 *
 * All deliveries of a call are under way at once, up to the limit of connections, and none waits for another's end.
 * An attempt has `timeoutMs` from the start of its connect to the last byte of the answer, of which 20 kB are read.
 * Redirects are not followed.
 */
export const makeHttpChannel = (options: HttpChannelOptions): HttpChannel => {
  const pools = makePools(options);
  const routeOf = makeRoutes();
  const underWay = new Set<Promise<void>>();
  let closed = false;

  return {
    send: async (target, deliveries, report) => {
      const route = routeOf(target);
      if (closed || route === undefined) {
        const outcome = faultOutcome(closed ? 'CHANNEL_CLOSED' : 'INVALID_REQUEST', noAnswer());
        for (const index of deliveries.keys()) report(index, outcome);
        return;
      }
      const { batch, done } = makeBatch(route, deliveries, report);
      underWay.add(done);
      pools.of(route.origin).add(batch);
      await done.finally(() => underWay.delete(done));
    },
    close: async () => {
      closed = true;
      await Promise.allSettled(underWay);
      pools.close();
    },
  };
};

/** Targets are records that are replaced, never changed, so what was worked out for one stays right. */
const makeRoutes = (): ((target: Target) => Route | undefined) => {
  const routes = new WeakMap<Target, Route>();
  return (target) => {
    const known = routes.get(target);
    if (known !== undefined) return known;
    try {
      const route = makeRoute(target);
      routes.set(target, route);
      return route;
    } catch {
      return undefined;
    }
  };
};

const makePools = (options: HttpChannelOptions) => {
  const { clock, connections = DEFAULT_CONNECTIONS } = options;
  const allow = makeAllowList(options.allow);
  const connect = makeGuardedConnect(allow, options.resolve ?? makeSystemResolve(allow));
  const pools = new Map<string, OriginPool>();

  const open = (origin: string): OriginPool => {
    const pool = makeOriginPool({ origin, connect, clock, connections, onEmpty: () => pools.delete(origin) });
    pools.set(origin, pool);
    return pool;
  };

  return {
    of: (origin: string): OriginPool => pools.get(origin) ?? open(origin),
    close: (): void => {
      for (const pool of pools.values()) pool.close();
    },
  };
};
