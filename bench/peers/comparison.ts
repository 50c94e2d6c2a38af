import { median } from '../result.ts';
import type { Contender, Herd, Spread } from './contender.ts';

/** What one contender did in one round. */
export type Measure = {
  readonly contender: string;
  readonly round: number;
  readonly herds: readonly Herd[];
  readonly ingestPerSecond: number;
  readonly spread: Spread;
};

export type Competitor = Pick<Contender, 'name' | 'version' | 'settings' | 'credit'>;

/** A whole run: the first contender is ours. */
export type Comparison = {
  readonly machine: string;
  readonly rounds: number;
  readonly sizes: readonly number[];
  readonly contenders: readonly Competitor[];
  readonly measures: readonly Measure[];
};

export type Metric = {
  readonly label: string;
  readonly unit: '/s' | 'ms';
  of(measure: Measure): number;
};

const herdOf = (measure: Measure, n: number): Herd => {
  const herd = measure.herds.find((one) => one.n === n);
  if (herd === undefined) throw new Error(`${measure.contender} has no herd of ${n}.`);
  return herd;
};

export const count = (n: number): string => n.toLocaleString('en');

export const metricsOf = ({ sizes }: Comparison): Metric[] => [
  ...sizes.flatMap((n): Metric[] => [
    { label: `herd of ${count(n)}: rate`, unit: '/s', of: (measure) => herdOf(measure, n).perSecond },
    { label: `herd of ${count(n)}: lateness p50`, unit: 'ms', of: (measure) => herdOf(measure, n).lateness.p50 },
    { label: `herd of ${count(n)}: lateness p99`, unit: 'ms', of: (measure) => herdOf(measure, n).lateness.p99 },
  ]),
  { label: 'spread: lateness p50', unit: 'ms', of: ({ spread }) => spread.lateness.p50 },
  { label: 'spread: lateness p99', unit: 'ms', of: ({ spread }) => spread.lateness.p99 },
  { label: 'bulk ingest: rate', unit: '/s', of: ({ ingestPerSecond }) => ingestPerSecond },
];

export type Range = { readonly median: number; readonly least: number; readonly most: number };

const rangeOf = (values: readonly number[]): Range => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

const valuesOf = ({ measures }: Comparison, contender: string, metric: Metric): number[] =>
  measures
    .filter((one) => one.contender === contender)
    .sort((a, b) => a.round - b.round)
    .map(metric.of);

export const figuresOf = (comparison: Comparison, contender: string, metric: Metric): Range =>
  rangeOf(valuesOf(comparison, contender, metric));

/** How many times better ours was, round by round; a lateness below a millisecond, the unit of all clocks here, counts as one. */
export const ratiosOf = (comparison: Comparison, contender: string, metric: Metric): Range => {
  const ours = valuesOf(comparison, comparison.contenders[0]?.name ?? '', metric);
  const theirs = valuesOf(comparison, contender, metric);
  const ratio = (us: number, them: number): number =>
    metric.unit === '/s' ? us / them : Math.max(1, them) / Math.max(1, us);
  return rangeOf(ours.map((us, round) => ratio(us, theirs[round] ?? Number.NaN)));
};

/** Three digits, as many as two machines agree on. */
const rounded = (value: number): string => count(Number(value.toPrecision(3)));

const written = ({ median, least, most }: Range): string =>
  least === most ? rounded(median) : `${rounded(median)} (${rounded(least)}–${rounded(most)})`;

const ratio = (value: number): string => (value >= 100 ? count(Math.round(value)) : value.toPrecision(2));

const writtenRatio = ({ median, least, most }: Range): string =>
  least === most ? `${ratio(median)}×` : `${ratio(median)}× (${ratio(least)}–${ratio(most)})`;

/** One row a metric, one column a contender: the figures, and by how much ours was better. */
export const tableOf = (comparison: Comparison): { readonly columns: string[]; readonly rows: string[][] } => ({
  columns: ['workload', ...comparison.contenders.map(({ name }) => name)],
  rows: metricsOf(comparison).map((metric) => [
    `${metric.label}, ${metric.unit}`,
    ...comparison.contenders.map(({ name }, index) => {
      const figures = written(figuresOf(comparison, name, metric));
      return index === 0 ? figures : `${figures} · ${writtenRatio(ratiosOf(comparison, name, metric))}`;
    }),
  ]),
});

/** Jobs that were lost, started twice or started early, over all rounds: what the contender tells of these. */
export const faultsOf = ({ measures }: Comparison, contender: string): string => {
  const ledgers = measures.filter((one) => one.contender === contender).flatMap((one) => [...one.herds, one.spread]);
  const told = (['lost', 'twice', 'early'] as const).flatMap((fault) => {
    const counts = ledgers.flatMap((ledger) => ledger[fault] ?? []);
    return counts.length === 0 ? [] : `${counts.reduce((total, one) => total + one, 0)} ${fault}`;
  });
  return told.join(', ');
};
