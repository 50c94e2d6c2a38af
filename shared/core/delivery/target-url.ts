import { accepted, type Parsed, type Refusal, refused } from '../parsed.ts';
import { quoted } from '../quoted.ts';
import { isPublicAddress } from './address.ts';
import type { AllowList } from './allow-list.ts';
import { isHostName, plainHost } from './host-name.ts';

/**
 * Which URLs an operator lets targets have. A host or address on the allow-list may use http and any port: the
 * operator vouches for it.
 */
export type TargetUrlPolicy = {
  readonly allowHttp: boolean;
  readonly ports: readonly number[];
  readonly allow: AllowList;
};

export type UrlCode =
  | 'URL_INVALID'
  | 'URL_TOO_LONG'
  | 'URL_TEMPLATE'
  | 'URL_SCHEME'
  | 'HTTPS_REQUIRED'
  | 'URL_USERINFO'
  | 'URL_FRAGMENT'
  | 'URL_HOST_NOT_PUBLIC'
  | 'PORT_NOT_ALLOWED';

const MAX_URL_CHARS = 2048;
const MAX_PORT = 65_535;
const ABSOLUTE_HTTP = /^https?:\/\//i;
const PORT = /^https?:\/\/[^/\\?#]*:(\d+)(?:[/\\?#]|$)/i;
/** The parser would drop, move or encode these silently, so that another URL is used than the one that was read. */
const NOT_IN_A_URL = /[^!-~]|["<>^`|]/;

/** Names that lead into a private network wherever they resolve. */
const PRIVATE_DOMAINS = ['localhost', 'local', 'internal', 'localdomain', 'lan', 'intranet', 'home.arpa'];

/**
 * The URL to store for a target, in the one spelling that was judged. Only what the text itself shows is judged here;
 * what a name resolves to is judged at each connect (U7).
 */
export const judgeTargetUrl = (text: string, policy: TargetUrlPolicy): Parsed<string, UrlCode> => {
  const parsed = parseUrl(text);
  if (!parsed.ok) return parsed;
  const url = parsed.value;
  url.hostname = plainHost(url.hostname);
  return refuseParts(url) ?? refuseHost(url, policy) ?? accepted(url.href);
};

const parseUrl = (text: string): Parsed<URL, UrlCode> => {
  if (text.length > MAX_URL_CHARS) {
    const detail = `A URL of ${text.length} characters is too long; at most ${MAX_URL_CHARS} are allowed.`;
    return refused('URL_TOO_LONG', detail);
  }
  if (/\{\{|\}\}/.test(text))
    return refused('URL_TEMPLATE', `${quoted(text)} has a placeholder, and none are filled in URLs.`);
  if (!ABSOLUTE_HTTP.test(text)) return refused('URL_SCHEME', `${quoted(text)} does not begin with https://.`);
  if (NOT_IN_A_URL.test(text)) {
    const detail = `${quoted(text)} has characters that no URL holds. Percent-encode them; write the host in punycode.`;
    return refused('URL_INVALID', detail);
  }
  const port = Number(PORT.exec(text)?.[1] ?? 0);
  if (port > MAX_PORT) return refused('PORT_NOT_ALLOWED', `${port} is no port.`);
  const url = URL.parse(text);
  return url ? accepted(url) : refused('URL_INVALID', `${quoted(text)} cannot be read as a URL.`);
};

const refuseParts = (url: URL): Refusal<UrlCode> | undefined => {
  if (url.username !== '' || url.password !== '') {
    return refused('URL_USERINFO', 'The URL holds a user name or password. Requests are signed instead; remove it.');
  }
  if (url.href.includes('#')) return refused('URL_FRAGMENT', 'The URL has a fragment, which is never sent; remove it.');
  return undefined;
};

const refuseHost = (url: URL, { allow, allowHttp, ports }: TargetUrlPolicy): Refusal<UrlCode> | undefined => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (allow.hasHost(host) || allow.hasAddress(host)) return undefined;
  if (url.protocol !== 'https:' && !allowHttp) {
    return refused('HTTPS_REQUIRED', 'The URL begins with http://; only https:// is allowed.');
  }
  if (!isPublicHost(host)) {
    return refused(
      'URL_HOST_NOT_PUBLIC',
      `${quoted(host)} is no public host. An operator can put it on the allow-list.`,
    );
  }
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (ports.includes(port)) return undefined;
  return refused('PORT_NOT_ALLOWED', `Port ${port} is not allowed; use ${ports.join(' or ')}.`);
};

/** `host` as the URL parser leaves it: any spelling of an IPv4 address is four decimals by then. */
const isPublicHost = (host: string): boolean => {
  if (host.includes(':') || /^[\d.]+$/.test(host)) return isPublicAddress(host);
  const isNamed = isHostName(host) && host.includes('.');
  return isNamed && !PRIVATE_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`));
};
