import { accepted } from '../parsed.ts';
import { type Pointed, type PointedRefusal, refusedAt } from './pointed.ts';

export type HeaderCode = 'INVALID_HEADER' | 'RESERVED_HEADER';

const MAX_HEADERS = 20;
const MAX_HEADER_BYTES = 4096;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const MAX_NAME = 100;
/** Printable ASCII and tab: what every receiver reads the same way. */
const VALUE = /^[\t -~]*$/;
/** Receivers drop them (RFC 9110 section 5.5), so they could not be what is meant. */
const OUTER_BLANK = /^[\t ]|[\t ]$/;

/** Ours to set, or with a meaning for the connection or for the receiver's security. */
const RESERVED = new Set([
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'idempotency-key',
  'keep-alive',
  'set-cookie',
  'te',
  'traceparent',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const RESERVED_PREFIXES = ['meridian-', 'proxy-', 'webhook-', 'x-amz-', 'x-amzn-', 'x-forwarded-'];

/**
 * The headers that a user gives to a target or message, names in lower case: at most 20, names and values together at
 * most 4 KiB. Pointers name the header (`/x-team`).
 */
export const judgeHeaders = (
  headers: Readonly<Record<string, string>>,
): Pointed<Record<string, string>, HeaderCode> => {
  const entries = Object.entries(headers);
  if (entries.length > MAX_HEADERS) {
    return refusedAt(
      '',
      'INVALID_HEADER',
      `${entries.length} headers are too many; at most ${MAX_HEADERS} are allowed.`,
    );
  }
  // In UTF-16 units, which are bytes for all that can be accepted.
  const size = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > MAX_HEADER_BYTES) {
    return refusedAt(
      '',
      'INVALID_HEADER',
      `Headers of ${size} bytes are too large; at most ${MAX_HEADER_BYTES} are allowed.`,
    );
  }
  const judged = new Map<string, string>();
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    const refusal = refuseHeader(lower, value, judged);
    if (refusal) return { ...refusal, pointer: pointerTo(name) };
    judged.set(lower, value);
  }
  return accepted(Object.fromEntries(judged));
};

const pointerTo = (name: string): string =>
  name.length > MAX_NAME ? '' : `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const refuseHeader = (
  name: string,
  value: string,
  others: ReadonlyMap<string, string>,
): PointedRefusal<HeaderCode> | undefined => {
  if (!TOKEN.test(name) || name.length > MAX_NAME) {
    const detail = `A header's name has 1 to ${MAX_NAME} letters, digits or !#$%&'*+-.^_\`|~ and nothing else.`;
    return refusedAt('', 'INVALID_HEADER', detail);
  }
  if (RESERVED.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    return refusedAt('', 'RESERVED_HEADER', `${name} is not yours to set here. Choose another name.`);
  }
  if (!VALUE.test(value)) {
    return refusedAt(
      '',
      'INVALID_HEADER',
      `The value of ${name} has characters other than printable ASCII. Encode them.`,
    );
  }
  if (OUTER_BLANK.test(value)) {
    return refusedAt('', 'INVALID_HEADER', `The value of ${name} starts or ends with a blank. Leave it out.`);
  }
  return others.has(name)
    ? refusedAt('', 'INVALID_HEADER', `${name} is given twice; case makes no difference.`)
    : undefined;
};
