import { readFileSync } from 'node:fs';

export type StartSettings = {
  /** What it tells Node. */
  readonly flags: readonly string[];
  /** What it sets in the environment. */
  readonly env: Readonly<Record<string, string>>;
};

/** The settings of `npm start`, for who starts the runtime without npm: they are part of what is measured or tested. */
export const startSettings = (): StartSettings => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const words = (JSON.parse(text) as { scripts: { start: string } }).scripts.start.split(' ');
  const env = Object.fromEntries(
    words.flatMap((word) => [...word.matchAll(/^([A-Z_]+)=(.+)$/g)].map(([, name, value]) => [name, value])),
  );
  return { flags: words.filter((word) => word.startsWith('--')), env };
};
