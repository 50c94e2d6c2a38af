import { fieldProblem, Problem } from '../../core/problem.ts';
import { quoted } from '../../core/quoted.ts';
import { ID_FORM } from '../schema/terms.ts';

/**
 * How paths arrive. API Gateway's HTTP APIs decode percent-encoding before the event is made, function URLs and the
 * local server leave it; nothing in the event tells which, and decoding twice would make two keys one.
 */
export type PathForm = 'decoded' | 'encoded';

const MAX_KEY_BYTES = 256;
const ID_PREFIX = 'msg_';
/** C0 and C1 controls and DEL: they have no place in logs and terminals. */
const CONTROL = /\p{Cc}/u;
/** Empty segments, a slash at the end, dot segments in any spelling: some hop would read them as another path. */
const AMBIGUOUS = /\/\/|.\/$|\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** Throws 414 and 404 for paths that no route has, before anything else looks at them. */
export function judgePath(path: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(path);
  if (bytes > maxBytes)
    throw new Problem(414, 'URI_TOO_LONG', `The path has ${bytes} bytes; at most ${maxBytes} are taken.`);
  if (AMBIGUOUS.test(path)) throw noRoute(path);
}

export const noRoute = (path: string): Problem =>
  new Problem(404, 'NOT_FOUND', `There is nothing at ${quoted(path)}; GET /openapi.json lists what there is.`);

/** One segment of the path as the caller meant it. Throws 400. */
export function decodeSegment(segment: string, form: PathForm, pointer: string): string {
  const decoded = form === 'decoded' ? segment : percentDecoded(segment);
  if (decoded !== undefined) return decoded;
  throw fieldProblem(400, 'INVALID_ENCODING', pointer, `${quoted(segment)} is no percent-encoded UTF-8.`);
}

const percentDecoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** A key or message id: 1–256 bytes of UTF-8 without control characters. Throws 400. */
export function judgeKey(key: string): string {
  const bytes = Buffer.byteLength(key);
  const fault = !key.isWellFormed()
    ? 'has half a surrogate pair'
    : bytes < 1 || bytes > MAX_KEY_BYTES
      ? `has ${bytes} bytes`
      : CONTROL.test(key)
        ? 'has a control character'
        : undefined;
  if (fault === undefined) return key;
  const detail = `The key ${quoted(key)} ${fault}; give 1 to ${MAX_KEY_BYTES} bytes of UTF-8 without control characters.`;
  throw fieldProblem(400, 'INVALID_KEY', '/path/key', detail);
}

/** A key to store a message under: as `judgeKey`, and not in the form of an id. Throws 400. */
export function judgeNewKey(key: string): string {
  if (!key.startsWith(ID_PREFIX)) return judgeKey(key);
  const detail = `The key ${quoted(key)} starts with ${ID_PREFIX}, as message ids do; choose another.`;
  throw fieldProblem(400, 'INVALID_KEY', '/path/key', detail);
}

/** The name of a target. Throws 400. */
export function judgeName(name: string): string {
  if (ID_FORM.test(name)) return name;
  const detail = `${quoted(name)} is no name: give 1 to 128 characters of A-Z, a-z, 0-9, ".", "_", ":" and "-".`;
  throw fieldProblem(400, 'INVALID_ID', '/path/name', detail);
}
