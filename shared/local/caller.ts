import type { IncomingMessage } from 'node:http';
import { Problem } from '../core/problem.ts';
import { quoted } from '../core/quoted.ts';

const OURSELVES = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;
const OUR_PAGE = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;

/** A request target split into the host that it names, if any, and what follows: `http://host/path` is one too. */
export function splitTarget(target: string): { host: string | undefined; path: string } {
  const [, host, path] = ABSOLUTE.exec(target) ?? [];
  if (host === undefined || path === undefined) return { host: undefined, path: target };
  return { host, path: path.startsWith('/') ? path : `/${path}` };
}

/**
 * Why a request is not for the API of this machine. A name that somebody points at 127.0.0.1 makes their page one of
 * the same origin as ours to a browser (DNS rebinding), but stays in `Host`; other foreign pages stay in `Origin`.
 */
export function refuseCaller({
  headers: { host, origin },
  httpVersion,
  url = '',
}: IncomingMessage): Problem | undefined {
  if (host === undefined && httpVersion !== '1.0') return NO_HOST;
  const { host: targetHost } = splitTarget(url);
  const stranger = [host, targetHost].find((name) => name !== undefined && !OURSELVES.test(name));
  if (stranger !== undefined) return misdirected(stranger);
  return origin === undefined || OUR_PAGE.test(origin) ? undefined : FOREIGN_PAGE;
}

const NO_HOST = new Problem(400, 'HOST_REQUIRED', 'The request has no Host header, which HTTP/1.1 asks for.');

const FOREIGN_PAGE = new Problem(
  403,
  'FOREIGN_ORIGIN',
  'Web pages of other hosts may not use the API of this machine.',
);

const misdirected = (host: string): Problem =>
  new Problem(
    421,
    'MISDIRECTED_REQUEST',
    `The host ${quoted(host)} is not this one: use 127.0.0.1, localhost or [::1], with any port.`,
  );
