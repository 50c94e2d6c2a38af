import { axis, GRID, line, picture, text, WIDTH } from '../svg.ts';
import { type Comparison, count, figuresOf, type Metric, metricsOf, type Range } from './comparison.ts';

const COLOURS = ['#0b6e4f', '#c1440e', '#2f5d9b', '#8a5a9e'];
const LEFT = 130;
const RIGHT = 40;
const ROW = 26;

type Panel = { readonly title: string; readonly p50: Metric; readonly p99: Metric };

const named = (comparison: Comparison, label: string): Metric => {
  const metric = metricsOf(comparison).find((one) => one.label === label);
  if (metric === undefined) throw new Error(`There is no metric "${label}".`);
  return metric;
};

const panelsOf = (comparison: Comparison): Panel[] =>
  [...comparison.sizes.map((n) => `herd of ${count(n)}`), 'spread'].map((title) => ({
    title,
    p50: named(comparison, `${title}: lateness p50`),
    p99: named(comparison, `${title}: lateness p99`),
  }));

/** Lateness side by side: a bar from the median to the 99th percentile, per workload and contender. */
export const latenessPicture = (comparison: Comparison): string => {
  const panels = panelsOf(comparison);
  const figures = (metric: Metric, name: string): number => figuresOf(comparison, name, metric).median;
  const names = comparison.contenders.map(({ name }) => name);
  const all = panels.flatMap(({ p50, p99 }) => names.flatMap((name) => [figures(p50, name), figures(p99, name)]));
  const { at, ticks } = axis(all, [LEFT, WIDTH - RIGHT]);
  const panelHeight = 40 + names.length * ROW;
  const height = 50 + panels.length * panelHeight;
  const parts = ticks.flatMap((tick) => [
    line([at(tick), 34], [at(tick), height - 24], GRID),
    text(`${count(tick)} ms`, { x: at(tick), y: height - 8, anchor: 'middle' }),
  ]);
  for (const [index, { title, p50, p99 }] of panels.entries()) {
    const top = 50 + index * panelHeight;
    parts.push(text(title, { x: 10, y: top, bold: true }));
    for (const [row, name] of names.entries()) {
      const y = top + 12 + row * ROW;
      const [from, to] = [figures(p50, name), figures(p99, name)];
      const width = Math.max(3, at(to) - at(from)).toFixed(1);
      parts.push(
        text(name, { x: LEFT - 10, y: y + 12, anchor: 'end' }),
        `<rect x="${at(from).toFixed(1)}" y="${y}" width="${width}" height="16" rx="2" fill="${COLOURS[row % COLOURS.length]}"/>`,
      );
    }
  }
  return picture('Lateness: from p50 to p99, medians of the rounds, logarithmic', height, parts);
};

const LABEL = 15;

/** Heights for labels near their points, moved down where two would overlap. */
const labelHeights = (heights: readonly number[]): number[] => {
  const placed: number[] = [];
  let free = 0;
  for (const [index, height] of [...heights.entries()].sort(([, a], [, b]) => a - b)) {
    free = Math.max(height, free);
    placed[index] = free;
    free += LABEL;
  }
  return placed;
};

type Scale = ReturnType<typeof axis>;
type Point = readonly [n: number, rate: Range];

const curve = (points: readonly Point[], { x, y, colour }: { x: Scale; y: Scale; colour: string }): string[] => [
  `<polyline points="${points.map(([n, { median }]) => `${x.at(n).toFixed(1)},${y.at(median).toFixed(1)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
  ...points.flatMap(([n, { median, least, most }]) => [
    line([x.at(n), y.at(least)], [x.at(n), y.at(most)], `stroke="${colour}" stroke-width="1.5"`),
    `<circle cx="${x.at(n).toFixed(1)}" cy="${y.at(median).toFixed(1)}" r="4" fill="${colour}"/>`,
  ]),
];

/** The rate over the size of the herd: a line for each contender, with the least and the most of the rounds. */
export const ratePicture = (comparison: Comparison): string => {
  const { contenders } = comparison;
  const sizes = comparison.sizes.toSorted((a, b) => a - b);
  const curves = contenders.map(({ name }) =>
    sizes.map((n): Point => [n, figuresOf(comparison, name, named(comparison, `herd of ${count(n)}: rate`))]),
  );
  const [height, right] = [360, WIDTH - 130];
  const x = axis(sizes, [LEFT, right]);
  const y = axis(
    curves.flat().flatMap(([, { least, most }]) => [least, most]),
    [height - 40, 40],
  );
  const labels = labelHeights(curves.map((points) => y.at(points.at(-1)?.[1].median ?? 1)));
  return picture('Jobs a second over the size of the herd, logarithmic', height, [
    ...y.ticks.flatMap((tick) => [
      line([LEFT, y.at(tick)], [right, y.at(tick)], GRID),
      text(`${count(tick)}/s`, { x: LEFT - 10, y: y.at(tick) + 4, anchor: 'end' }),
    ]),
    ...sizes.map((n) => text(count(n), { x: x.at(n), y: height - 16, anchor: 'middle' })),
    ...curves.flatMap((points, index) => curve(points, { x, y, colour: COLOURS[index % COLOURS.length] ?? '' })),
    ...contenders.map(({ name }, index) => text(name, { x: right + 8, y: (labels[index] ?? 0) + 4 })),
  ]);
};
