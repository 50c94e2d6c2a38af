import type { SegmentView } from '../../app/status-desk.ts';
import { fieldProblem } from '../../core/problem.ts';
import { type EpochMs, epochMs, plusMs } from '../../core/time/epoch.ts';
import { parseInstant } from '../../core/time/instant.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import type { BucketPage } from './answers.ts';
import { segmentView } from './views.ts';

type BucketQuery = { readonly from?: string; readonly to?: string; readonly cursor?: string };
type Place = { readonly bucket: EpochMs; readonly shard: number };

const BACK_MS = 10 * 60_000;
const LENGTH_MS = 60 * 60_000;
const MAX_LENGTH_MS = 24 * 60 * 60_000;
const CURSOR = /^\d{1,15}\.\d{1,5}$/;

/** What a query asks for; a cursor starts at the bucket where the page before ended. Throws 400. */
export function bucketRange(
  query: BucketQuery,
  now: EpochMs,
): { from: EpochMs; to: EpochMs; after: Place | undefined } {
  const from = query.from === undefined ? plusMs(now, -BACK_MS) : instantAt('/query/from', query.from);
  const to = query.to === undefined ? plusMs(from, LENGTH_MS) : instantAt('/query/to', query.to);
  if (to <= from || to - from > MAX_LENGTH_MS) {
    throw fieldProblem(400, 'INVALID_RANGE', '/query/to', '"to" must be behind "from", by at most 24 hours.');
  }
  const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
  return { from: after === undefined || after.bucket < from ? from : after.bucket, to, after };
}

/** The first `limit` segments behind `after`, by bucket, then by shard. */
export function segmentPage(segments: readonly SegmentView[], limit: number, after: Place | undefined): BucketPage {
  const behind = segments.filter((segment) => after === undefined || order(segment, after) > 0).sort(order);
  const items = behind.slice(0, limit);
  const last = items.at(-1);
  const next = behind.length > limit && last !== undefined ? `${last.bucket}.${last.shard}` : null;
  return { items: items.map(segmentView), next: next === null ? null : encodeCursor(next) };
}

const order = (a: Place, b: Place): number => a.bucket - b.bucket || a.shard - b.shard;

function instantAt(pointer: string, text: string): EpochMs {
  const at = parseInstant(text);
  if (at.ok) return at.value;
  throw fieldProblem(400, at.code, pointer, at.detail);
}

function placeOf(cursor: string): Place {
  const [bucket, shard] = decodeCursor(cursor, CURSOR).split('.').map(Number);
  return { bucket: epochMs(bucket ?? 0), shard: shard ?? 0 };
}
