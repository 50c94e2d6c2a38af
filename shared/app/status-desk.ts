import type { EpochMs } from '../core/time/epoch.ts';

/** accepted = pending + retrying + sent + dead + cancelled + expired + unknown, always. */
export type MessageCounts = Readonly<
  Record<'accepted' | 'pending' | 'sent' | 'retrying' | 'dead' | 'cancelled' | 'expired' | 'unknown', number>
>;

export type Status = {
  readonly now: EpochMs;
  /** Everything due before it is terminal, or waits for a later attempt. */
  readonly settledThrough: EpochMs;
  readonly oldestDueAgeMs: number;
  readonly counts: MessageCounts;
  readonly latenessMs: {
    readonly count: number;
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
  };
  readonly targets: Readonly<Record<string, { readonly sent: number; readonly failed: number; readonly dead: number }>>;
};

/** One segment as `GET /v1/buckets` shows it. */
export type SegmentView = {
  readonly bucket: EpochMs;
  readonly shard: number;
  readonly entries: { readonly scheduled: number; readonly late: number };
  readonly state: 'empty' | 'open' | 'closed' | 'leased' | 'unsettled' | 'settled';
  readonly checkpoint: { readonly records: number; readonly epoch: number; readonly leaseUntil: EpochMs | null };
  readonly ledger: MessageCounts;
};

/** The use cases of operators; built by `makeStatusDesk`. */
export type StatusDesk = {
  status(): Promise<Status>;
  /** Segments that hold anything, of buckets in [from, to); at most 24 h. */
  buckets(range: {
    readonly from: EpochMs;
    readonly to: EpochMs;
    /** Stops soon after so many were found. */
    readonly limit: number;
  }): Promise<readonly SegmentView[]>;
};
