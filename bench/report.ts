import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { herdPicture, latenessPicture } from './pictures.ts';
import type { Bench, Result } from './result.ts';

const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));

type Measured = { readonly bench: Bench; readonly results: readonly Result[] };

/** The results of a bench's last run, as far as there are any. */
const resultsOf = async (directory: string, { name, n }: Bench): Promise<Result[]> => {
  const read = await Promise.all(
    n.map(async (count) => {
      try {
        return [JSON.parse(await readFile(`${directory}${name}-${count}.json`, 'utf8')) as Result];
      } catch {
        return [];
      }
    }),
  );
  return read.flat();
};

const rowsOf = ({ bench, results }: Measured): string[] =>
  bench
    .judge(results)
    .map(
      ({ must, aim, measured, met }) =>
        `| \`${bench.name}\` | ${must} | ${aim} | ${measured} | ${met ? 'yes' : '**no**'} | ${results[0]?.load ?? ''} |`,
    );

const page = (measured: readonly Measured[]): string => `# What the benches measured

Written by \`npm run bench -- report\` from the last run of each bench (\`npm run bench -- NAME\`) on this machine:
${measured[0]?.results[0]?.machine ?? 'none'}. Load is the load average when a bench began: whatever else ran took its
share, so write units and sizes hold, ratios waver, and rates and latenesses are those of a busy machine.

| bench | must | aim | measured | met | load |
|---|---|---|---|---|---|
${measured.flatMap(rowsOf).join('\n')}
${pictured(measured)}`;

const PICTURES: Readonly<Record<string, string>> = {
  lateness: '![Lateness](bench-lateness.svg)',
  herd: '![Rate over the size of the herd](bench-herd.svg)',
};

const pictured = (measured: readonly Measured[]): string =>
  measured
    .flatMap(({ bench }) => PICTURES[bench.name] ?? [])
    .map((image) => `\n${image}\n`)
    .join('');

/** Writes `docs/bench.md` and its pictures from the results in `directory`. */
export const writeReport = async (directory: string, benches: readonly Bench[]): Promise<void> => {
  const all = await Promise.all(benches.map(async (bench) => ({ bench, results: await resultsOf(directory, bench) })));
  // A bench with several sizes is judged by all of them.
  const measured = all.filter(({ bench, results }) => results.length === bench.n.length);
  await writeFile(`${DOCS}bench.md`, page(measured));
  for (const { bench, results } of measured) {
    const [first] = results;
    if (bench.name === 'lateness' && first) await writeFile(`${DOCS}bench-lateness.svg`, latenessPicture(first));
    if (bench.name === 'herd') await writeFile(`${DOCS}bench-herd.svg`, herdPicture(results));
  }
};
