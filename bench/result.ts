import { cpus, loadavg, totalmem } from 'node:os';

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
  /** The load average when the run began: what other work there was. */
  readonly load: number;
  /** Beside the figures above: the bench's own. */
  readonly [figure: string]: unknown;
};

export type Figures = Omit<Result, 'bench' | 'n' | 'machine' | 'load'>;

export type Context = {
  readonly progress: (line: string) => void;
  /** For the process that runs the runtime, e.g. to profile it. */
  readonly nodeFlags: readonly string[];
};

/** A promise about figures: what they have to be, what we aim at, what they are. */
export type Verdict = {
  readonly must: string;
  readonly aim: string;
  readonly measured: string;
  readonly met: boolean;
};

export type Bench = {
  readonly name: string;
  /** What the bench does, for the list. */
  readonly what: string;
  /** Messages, unless told otherwise; one run for each where there are more. */
  readonly n: readonly [number, ...number[]];
  run(n: number, context: Context): Promise<Figures>;
  /** Judges the results of `n`, in their order. */
  judge(results: readonly Result[]): readonly Verdict[];
};

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Node ${process.version}`;

/** Runnable threads over the last minute, with one decimal. */
export const load = (): number => Number((loadavg()[0] ?? 0).toFixed(1));

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Percentiles of whole milliseconds; zeros where there are none. */
export const percentiles = (values: readonly number[]): { p50: number; p90: number; p99: number; max: number } => {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
};
