/** What all pictures of measurements share: their frame, text, lines and logarithmic axes. */

export const WIDTH = 720;
export const GRID = 'stroke="#ddd"';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

type Mark = {
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
};

export const text = (words: string, { x, y, anchor = 'start', bold = false }: Mark): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"${bold ? ' font-weight="600"' : ''}>${escaped(words)}</text>`;

export const line = (from: readonly [number, number], to: readonly [number, number], style: string): string =>
  `<line x1="${from[0].toFixed(1)}" y1="${from[1].toFixed(1)}" x2="${to[0].toFixed(1)}" y2="${to[1].toFixed(1)}" ${style}/>`;

export const picture = (title: string, height: number, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(title, { x: 10, y: 20, bold: true }),
    ...parts,
    '</svg>\n',
  ].join('\n');

/** A logarithmic axis over whole decades; what is below 1 stands at 1. */
export const axis = (values: readonly number[], [from, to]: readonly [number, number]) => {
  const low = Math.floor(Math.log10(Math.max(1, Math.min(...values))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, ...values))));
  const at = (value: number): number => from + ((Math.log10(Math.max(1, value)) - low) / (high - low)) * (to - from);
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, k) => 10 ** (low + k)) };
};
