import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isPublicAddress } from '../../core/delivery/address.ts';
import type { AllowList } from '../../core/delivery/allow-list.ts';
import { AttemptFault } from './attempt-fault.ts';
import { makeBudgetedResolve, type Resolve } from './resolve.ts';
import { makeTlsSessions } from './tls-sessions.ts';

/** Where a connection goes: scheme, host and port. */
export type Origin = { readonly isSecure: boolean; readonly hostname: string; readonly port: number };

/** Called once: when the socket is open, or with what went wrong on the way. */
export type OnConnect = (error: Error | null) => void;

/** Opens a connection; the socket under way comes back, so that a deadline can end it, unless none was opened. */
export type GuardedConnect = (origin: Origin, onConnect: OnConnect) => Socket | undefined;

/** Probes of the system on idle connections: whoever forgot one on the way is noticed. */
const PROBE_AFTER_MS = 60_000;

/** Of an origin as URLs write it. */
export const originOf = (text: string): Origin => {
  const { protocol, hostname, port } = new URL(text);
  const isSecure = protocol === 'https:';
  return { isSecure, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || (isSecure ? 443 : 80) };
};

/**
 * Connects to public addresses and those of the allow-list only (P21). A literal address is judged before the socket
 * exists, for it never comes to a look-up. A name is resolved here, every answer is judged, and the socket gets
 * exactly the judged ones: nobody resolves a second time. One bad answer among good ones refuses them all.
 * TLS still names and verifies the host of the URL.
 */
export const makeGuardedConnect = (allow: AllowList, resolve: Resolve): GuardedConnect => {
  const mayConnect = (address: string): boolean => isPublicAddress(address) || allow.hasAddress(address);
  const open = makeOpen(
    judgedLookup(makeBudgetedResolve(resolve), (hostname, address) => allow.hasHost(hostname) || mayConnect(address)),
  );
  return (origin, onConnect) => {
    if (isIP(origin.hostname) !== 0 && !mayConnect(origin.hostname)) {
      // Not at once: the caller would be called back before it has what it called for.
      queueMicrotask(() => onConnect(notPublic(origin.hostname)));
      return undefined;
    }
    const socket = open(origin).setNoDelay(true).setKeepAlive(true, PROBE_AFTER_MS);
    let isTold = false;
    const tell: OnConnect = (error) => {
      if (isTold) return;
      isTold = true;
      onConnect(error);
    };
    // It stays when the socket is open: an error that nobody listens to ends the process.
    socket.on('error', tell).once(origin.isSecure ? 'secureConnect' : 'connect', () => tell(null));
    return socket;
  };
};

const makeOpen = (lookup: LookupFunction): ((origin: Origin) => Socket) => {
  const sessions = makeTlsSessions();
  return ({ isSecure, hostname: host, port }) => {
    if (!isSecure) return connectTcp({ host, port, lookup });
    const name = `${host}:${port}`;
    const session = sessions.get(name);
    return connectTls({
      host,
      port,
      lookup,
      // An address has no name to ask for; its certificate is verified against it all the same.
      servername: isIP(host) === 0 ? host : '',
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      ...(session !== undefined && { session }),
    }).on('session', (fresh) => sessions.set(name, fresh));
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
