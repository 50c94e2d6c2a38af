import { lookup, Resolver } from 'node:dns/promises';
import type { AllowList } from '../../core/delivery/allow-list.ts';
import { AttemptFault } from './attempt-fault.ts';
import { makeDeadline } from './deadline.ts';

/** Finds all addresses of a host name; rejects where there are none or nobody answers. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

const DNS_BUDGET_MS = 5000;

/**
 * The system's resolvers. Public names are asked for by our own queries and not by `lookup`, which holds one of the
 * four threads of the process for as long as a name server is silent: a few such targets would stop all others.
 * Names on the allow-list are local ones, which may stand in the hosts file.
 */
export const makeSystemResolve =
  (allow: AllowList, makeResolver: () => Resolver = freshResolver): Resolve =>
  async (hostname) => {
    if (allow.hasHost(hostname)) return (await lookup(hostname, { all: true })).map(({ address }) => address);
    const resolver = makeResolver();
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason;
    // IPv4 first: a function without an IPv6 route would lose a connect attempt to every dual-stack host.
    return [...(v4.status === 'fulfilled' ? v4.value : []), ...(v6.status === 'fulfilled' ? v6.value : [])];
  };

/** A new one each time: it reads the system's name servers once, and a laptop moves between networks. */
const freshResolver = (): Resolver => new Resolver({ timeout: 2000, tries: 2 });

/**
 * `resolve` with a budget of 5 s and one query at a time per name: a burst of new connections to one host asks once.
 * Nothing is kept beyond that, so each later connection judges fresh answers.
 */
export const makeBudgetedResolve = (resolve: Resolve): Resolve => {
  const underWay = new Map<string, Promise<readonly string[]>>();
  return (hostname) => {
    const shared = underWay.get(hostname);
    if (shared) return shared;
    const query = withinBudget(hostname, resolve).finally(() => underWay.delete(hostname));
    underWay.set(hostname, query);
    return query;
  };
};

const withinBudget = (hostname: string, resolve: Resolve): Promise<readonly string[]> =>
  new Promise((done, fail) => {
    const give = (cause?: unknown) => fail(new AttemptFault('DNS', `${hostname} has no address`, { cause }));
    const deadline = makeDeadline(give);
    deadline.start(DNS_BUDGET_MS);
    resolve(hostname)
      .then((addresses) => (addresses.length > 0 ? done(addresses) : give()), give)
      .finally(deadline.stop);
  });
