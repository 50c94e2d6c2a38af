import { cpus, totalmem } from 'node:os';

/** What a bench says; figures that it does not measure are left out. */
export type Result = {
  readonly bench: string;
  readonly n: number;
  readonly perSecond?: number;
  readonly latenessMs?: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly lost?: number;
  readonly duplicates?: number;
  readonly early?: number;
  readonly writeUnitsPerMessage?: number;
  readonly rssMb?: number;
  readonly machine: string;
  /** Beside the figures above: the bench's own. */
  readonly [figure: string]: unknown;
};

export type Bench = {
  readonly name: string;
  /** What the bench does, for the list. */
  readonly what: string;
  /** Messages, unless told otherwise. */
  readonly n: number;
  run(n: number, progress: (line: string) => void): Promise<Omit<Result, 'bench' | 'n' | 'machine'>>;
};

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Node ${process.version}`;

/** Percentiles of whole milliseconds; zeros where there are none. */
export const percentiles = (values: readonly number[]): { p50: number; p90: number; p99: number; max: number } => {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
};
