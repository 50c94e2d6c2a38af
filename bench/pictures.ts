import type { Result } from './result.ts';
import { axis, GRID, line, picture, text, WIDTH } from './svg.ts';

const COLOUR = '#0b6e4f';
const LEFT = 90;
const RIGHT = 40;
const TOP = 56;
const HEIGHT = 320;
const BOTTOM = HEIGHT - 44;

const shown = (n: number): string => n.toLocaleString('en');

const subtitle = ({ machine, load }: Result): string => text(`${machine}; load average ${load}`, { x: 10, y: 38 });

/** Lower ends of the bars of the histogram, in milliseconds. */
const BARS = [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500];

const barsOf = (histogram: Readonly<Record<string, number>>): number[] => {
  const counts = BARS.map(() => 0);
  for (const [ms, count] of Object.entries(histogram)) {
    const bar = BARS.findLastIndex((from) => Number(ms) >= from);
    counts[Math.max(0, bar)] = (counts[Math.max(0, bar)] ?? 0) + count;
  }
  return counts;
};

const labelOf = (bar: number): string => {
  const [from = 0, next] = [BARS[bar], BARS[bar + 1]];
  if (next === undefined) return `${from}+`;
  return next === from + 1 ? String(from) : `${from}–${next - 1}`;
};

/** How many messages arrived so many milliseconds after they were due. */
export const latenessPicture = (result: Result): string => {
  const counts = barsOf(result.histogram as Record<string, number>);
  const y = axis([1, ...counts], [BOTTOM, TOP]);
  const step = (WIDTH - LEFT - RIGHT) / BARS.length;
  const bars = counts.flatMap((count, bar) => {
    const x = LEFT + bar * step;
    const middle = x + step / 2;
    const label = text(labelOf(bar), { x: middle, y: BOTTOM + 16, anchor: 'middle' });
    if (count === 0) return [label];
    // One message has a height too.
    const top = Math.min(y.at(count), BOTTOM - 2);
    return [
      `<rect x="${(x + 3).toFixed(1)}" y="${top.toFixed(1)}" width="${(step - 6).toFixed(1)}" height="${(BOTTOM - top).toFixed(1)}" fill="${COLOUR}"/>`,
      text(shown(count), { x: middle, y: top - 4, anchor: 'middle' }),
      label,
    ];
  });
  return picture(`Lateness of ${shown(result.n)} messages, 100 a second over 200,000 pending, http`, HEIGHT, [
    subtitle(result),
    ...y.ticks.map((tick) => line([LEFT, y.at(tick)], [WIDTH - RIGHT, y.at(tick)], GRID)),
    ...bars,
    text('milliseconds from the due time to the arrival; messages, logarithmic', { x: LEFT, y: HEIGHT - 10 }),
  ]);
};

/** The rate over the size of the herd: flat is what it should be. */
export const herdPicture = (results: readonly Result[]): string => {
  const points = results.map(({ n, perSecond = 0 }) => [n, perSecond] as const);
  const x = axis(
    points.map(([n]) => n),
    [LEFT, WIDTH - RIGHT],
  );
  const most = Math.max(...points.map(([, rate]) => rate)) * 1.2;
  const yOf = (rate: number): number => BOTTOM - (rate / most) * (BOTTOM - TOP);
  const marks = points.flatMap(([n, rate]) => [
    `<circle cx="${x.at(n).toFixed(1)}" cy="${yOf(rate).toFixed(1)}" r="4" fill="${COLOUR}"/>`,
    text(`${shown(rate)}/s`, { x: x.at(n), y: yOf(rate) - 10, anchor: 'middle' }),
  ]);
  const path = points.map(([n, rate]) => `${x.at(n).toFixed(1)},${yOf(rate).toFixed(1)}`).join(' ');
  return picture('Messages a second over the size of the herd, none channel', HEIGHT, [
    ...results.slice(0, 1).map(subtitle),
    line([LEFT, BOTTOM], [WIDTH - RIGHT, BOTTOM], GRID),
    ...x.ticks.map((tick) => text(shown(tick), { x: x.at(tick), y: BOTTOM + 16, anchor: 'middle' })),
    `<polyline points="${path}" fill="none" stroke="${COLOUR}" stroke-width="2"/>`,
    ...marks,
    text('messages due in one millisecond, logarithmic', { x: LEFT, y: HEIGHT - 10 }),
  ]);
};
