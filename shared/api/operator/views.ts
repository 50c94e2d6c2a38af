import type { DeadLetterView } from '../../app/dead-letter-desk.ts';
import type { MessageCounts, SegmentView, Status } from '../../app/status-desk.ts';
import { formatInstant } from '../../core/time/instant.ts';
import type { BucketPage, DeadLetterPage, StatusAnswer } from './answers.ts';

export type Versions = { readonly version: string; readonly tzVersion: string };

export const statusView = (status: Status, { version, tzVersion }: Versions): StatusAnswer => ({
  now: formatInstant(status.now),
  settledThrough: formatInstant(status.settledThrough),
  oldestDueAgeMs: status.oldestDueAgeMs,
  counts: countsView(status.counts),
  latenessMs: { ...status.latenessMs },
  targets: { ...status.targets },
  version,
  tzVersion,
});

export const segmentView = (segment: SegmentView): BucketPage['items'][number] => {
  const { records, epoch, leaseUntil } = segment.checkpoint;
  return {
    bucket: formatInstant(segment.bucket),
    shard: segment.shard,
    entries: { ...segment.entries },
    state: segment.state,
    checkpoint: { records, epoch, leaseUntil: leaseUntil === null ? null : formatInstant(leaseUntil) },
    ledger: countsView(segment.ledger),
  };
};

export const deadLetterView = (letter: DeadLetterView): DeadLetterPage['items'][number] => ({
  id: letter.id,
  ...(letter.key !== undefined && { key: letter.key }),
  target: letter.target,
  reason: letter.reason,
  attempts: letter.attempts,
  ...(letter.lastStatus !== undefined && { lastStatus: letter.lastStatus }),
  ...(letter.lastResponse !== undefined && { lastResponse: letter.lastResponse }),
  dueAt: formatInstant(letter.dueAt),
  deadAt: formatInstant(letter.deadAt),
});

const countsView = (counts: MessageCounts): StatusAnswer['counts'] => ({
  accepted: counts.accepted,
  pending: counts.pending,
  sent: counts.sent,
  retrying: counts.retrying,
  dead: counts.dead,
  cancelled: counts.cancelled,
  expired: counts.expired,
  unknown: counts.unknown,
});
