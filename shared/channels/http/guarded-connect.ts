import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import makeConnector from 'undici/lib/core/connect.js';
import { isPublicAddress } from '../../core/delivery/address.ts';
import type { AllowList } from '../../core/delivery/allow-list.ts';
import { AttemptFault } from './attempt-fault.ts';
import { makeBudgetedResolve, type Resolve } from './resolve.ts';

/** Opens a connection; the socket under way comes back, so that a deadline can end it, unless none was opened. */
export type GuardedConnect = (options: buildConnector.Options, callback: buildConnector.Callback) => Socket | undefined;

/**
 * Connects to public addresses and those of the allow-list only (P21). A literal address is judged before the socket
 * exists, for it never comes to a look-up. A name is resolved here, every answer is judged, and the socket gets
 * exactly the judged ones: nobody resolves a second time. One bad answer among good ones refuses them all.
 * TLS still names and verifies the host of the URL.
 */
export const makeGuardedConnect = (allow: AllowList, resolve: Resolve): GuardedConnect => {
  const mayConnect = (address: string): boolean => isPublicAddress(address) || allow.hasAddress(address);
  const connect = makeConnector({
    allowH2: false,
    // The deadline of the attempt covers the connect as well.
    timeout: 0,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    lookup: judgedLookup(
      makeBudgetedResolve(resolve),
      (hostname, address) => allow.hasHost(hostname) || mayConnect(address),
    ),
  });
  return (options, callback) => {
    if (isIP(options.hostname) !== 0 && !mayConnect(options.hostname)) {
      // Not at once: undici would be called back before it finished calling.
      queueMicrotask(() => callback(notPublic(options.hostname), null));
      return undefined;
    }
    // The connector returns its socket, which its type does not say.
    return connect(options, callback) as unknown as Socket;
  };
};

const judgedLookup =
  (resolve: Resolve, mayConnect: (hostname: string, address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    const fail = (error: Error) => callback(error, '', 0);
    resolve(hostname).then((addresses) => {
      if (!addresses.every((address) => mayConnect(hostname, address))) return fail(notPublic(hostname));
      const found = addresses.map((address) => ({ address, family: isIP(address) }));
      if (options.all) return callback(null, found);
      const [first] = found;
      return first
        ? callback(null, first.address, first.family)
        : fail(new AttemptFault('DNS', `${hostname} has no address`));
    }, fail);
  };

const notPublic = (host: string) => new AttemptFault('TARGET_NOT_PUBLIC', `${host} is not a public address`);
