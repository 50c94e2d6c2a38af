import type { DashboardWidget } from './read-dashboard.ts';

const COLUMN = 40;
const ROW = 34;
const TOP = 34;
const GAP = 4;
const LEGEND_LINE = 13;
/** What a letter takes at the size of a legend. */
const LETTER = 6;
const POINTS = 48;
const COLOURS = ['#0b6e4f', '#c1440e', '#2f5d9b', '#8a5a9e', '#b8860b', '#3a8fb7', '#6b6b6b', '#a23b72'];

const CAPTION =
  'The dashboard as cdk synth makes it for the stage prod. The curves are made up, to show what it looks like: nothing was measured.';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

type Style = { readonly size?: number; readonly bold?: boolean; readonly fill?: string };

function text(x: number, y: number, words: string, { size = 11, bold = false, fill = '#222' }: Style = {}): string {
  const weight = bold ? ' font-weight="600"' : '';
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" fill="${fill}"${weight}>${escaped(words)}</text>`;
}

/** The widgets as one SVG, with curves that are the same each time. */
export function drawDashboard(widgets: readonly DashboardWidget[]): string {
  const width = COLUMN * Math.max(...widgets.map((widget) => widget.x + widget.width));
  const height = TOP + ROW * Math.max(...widgets.map((widget) => widget.y + widget.height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<title>${escaped(CAPTION)}</title>`,
    `<rect width="${width}" height="${height}" fill="#f4f5f6"/>`,
    text(8, 21, CAPTION, { size: 12, fill: '#a33' }),
    ...widgets.flatMap(drawWidget),
    '</svg>\n',
  ].join('\n');
}

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

function drawWidget(widget: DashboardWidget): string[] {
  const box = {
    x: widget.x * COLUMN + GAP,
    y: TOP + widget.y * ROW + GAP,
    width: widget.width * COLUMN - 2 * GAP,
    height: widget.height * ROW - 2 * GAP,
  };
  if (widget.markdown !== undefined) return [text(box.x + 4, box.y + 19, widget.markdown, { size: 15, bold: true })];
  const legend = legendRows(widget.lines, box.width - 16);
  const chart = {
    x: box.x + 10,
    y: box.y + 40,
    width: box.width - 20,
    height: box.height - 50 - legend.length * LEGEND_LINE,
  };
  return [
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="3" fill="#fff" stroke="#d5d9dc"/>`,
    text(box.x + 10, box.y + 18, widget.title ?? '', { bold: true }),
    text(box.x + 10, box.y + 33, widget.unit ?? '', { size: 9, fill: '#666' }),
    ...gridLines(chart),
    ...widget.lines.map((label, n) => curve(chart, `${widget.title} ${label}`, { n, level: levelOf(widget, n) })),
    ...legend.flatMap((row, n) => drawLegend(row, { x: box.x + 10, y: chart.y + chart.height + 14 + n * LEGEND_LINE })),
  ];
}

function gridLines({ x, y, width, height }: Box): string[] {
  return [0, 0.5, 1].map((share) => {
    const at = (y + share * height).toFixed(1);
    return `<line x1="${x}" y1="${at}" x2="${x + width}" y2="${at}" stroke="#e4e7e9"/>`;
  });
}

/** A number from 0 to 1 that a text always gives. */
function shareOf(words: string): number {
  let hash = 2_166_136_261;
  for (const letter of words) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return hash / 2 ** 32;
}

/** The first name is the greatest figure, but for times: a percentile lies above those before it. */
function levelOf({ unit, lines }: DashboardWidget, n: number): number {
  return unit === 'ms' ? 0.1 + (0.7 * (n + 1)) / lines.length : 0.1 + 0.7 / (n + 1);
}

type Shape = { readonly n: number; readonly level: number };

function curve({ x, y, width, height }: Box, name: string, { n, level }: Shape): string {
  const [phase, pace] = [shareOf(name), 2 + 5 * shareOf(`${name} pace`)];
  const points = Array.from({ length: POINTS + 1 }, (_, k) => {
    const t = k / POINTS;
    const wave =
      Math.sin(2 * Math.PI * (pace * t + phase)) + 0.5 * Math.sin(2 * Math.PI * (3.1 * pace * t + 2 * phase));
    const value = Math.min(1, Math.max(0, level + 0.08 * wave));
    return `${(x + t * width).toFixed(1)},${(y + (1 - value) * height).toFixed(1)}`;
  });
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[n % COLOURS.length]}" stroke-width="1.5"/>`;
}

type Entry = { readonly label: string; readonly colour: string; readonly at: number };

/** The names of the lines, in as many rows as they need. */
function legendRows(lines: readonly string[], width: number): Entry[][] {
  const rows: Entry[][] = [[]];
  let at = 0;
  for (const [n, label] of lines.entries()) {
    const needs = 22 + label.length * LETTER;
    if (at > 0 && at + needs > width) {
      rows.push([]);
      at = 0;
    }
    rows.at(-1)?.push({ label, colour: COLOURS[n % COLOURS.length] ?? '', at });
    at += needs;
  }
  return rows;
}

function drawLegend(row: readonly Entry[], { x, y }: Pick<Box, 'x' | 'y'>): string[] {
  return row.flatMap(({ label, colour, at }) => [
    `<rect x="${(x + at).toFixed(1)}" y="${y - 7}" width="8" height="8" rx="1" fill="${colour}"/>`,
    text(x + at + 12, y, label, { size: 10 }),
  ]);
}
