/** How late jobs started, milliseconds after they were due. */
export type Lateness = { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };

/** What happened to the jobs of a workload; without what a contender does not tell. */
export type Ledger = { readonly lost: number; readonly twice?: number; readonly early?: number };

export type Herd = Ledger & {
  readonly n: number;
  readonly perSecond: number;
  readonly lateness: Omit<Lateness, 'p90'>;
};

export type Spread = Ledger & { readonly lateness: Lateness };

export type Workloads = {
  /** Stores `n` jobs that are all due at one moment and follows them: jobs a second from that moment to the last start. */
  herd(n: number): Promise<Herd>;
  /** Stores `pending` jobs of a later hour, then jobs at a steady rate over them. */
  ingestAndSpread(pending: number): Promise<{ readonly ingestPerSecond: number; readonly spread: Spread }>;
};

/** Meridian or a peer: something that takes the workloads. */
export type Contender = Workloads & {
  readonly name: string;
  readonly version: string;
  readonly settings: string;
  /** What it does that the others do not; empty for ours. */
  readonly credit: string;
};

export const SPREAD_PER_SECOND = 100;
export const SPREAD_SECONDS = 20;
export const SPREAD_JOBS = SPREAD_PER_SECOND * SPREAD_SECONDS;
/** From storing the jobs of the spread to the first of them; also the least a herd gets. */
export const LEAD_MS = 3_000;
export const LATER_MS = 3_600_000;
export const TEXT = 'Good morning, it is nine';

export const spreadDueAt = (from: number, k: number): number => from + Math.round((k * 1000) / SPREAD_PER_SECOND);
