import { fieldProblem } from '../../core/problem.ts';
import { quoted } from '../../core/quoted.ts';

/** Hides where a page ended: callers should hand cursors back, not make them. */
export const encodeCursor = (place: string): string => Buffer.from(place, 'utf8').toString('base64url');

/** The place that `encodeCursor` hid, which has this form. Throws 400 for what it did not make. */
export function decodeCursor(cursor: string, form: RegExp): string {
  const place = Buffer.from(cursor, 'base64url').toString('utf8');
  if (encodeCursor(place) === cursor && form.test(place)) return place;
  const detail = `${quoted(cursor)} is no cursor of this list; use "next" as it came.`;
  throw fieldProblem(400, 'INVALID_CURSOR', '/query/cursor', detail);
}
