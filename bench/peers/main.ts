import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type Comparison, faultsOf, tableOf } from './comparison.ts';
import { documentOf } from './document.ts';
import { latenessPicture, ratePicture } from './pictures.ts';
import { missing } from './requirements.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const RESULTS = pathOf('bench/results/');
const DOCS = pathOf('docs/');

const command = new Command('bench:peers')
  .description('Runs Meridian and its peers through the same workloads on this machine, by turns.')
  .option('--n <messages>', 'sizes of the herd, with commas between', '20000')
  .option('--rounds <count>', 'how often everybody runs', '3')
  .option('--svg', 'draws docs/peers-lateness.svg and docs/peers-rate.svg')
  .option('--markdown', 'writes docs/peers.md')
  .option('--from <file>', 'takes the result of an earlier run instead of measuring')
  .option('--json', 'one JSON object on the last line of stdout')
  .parse();

type Options = { n: string; rounds: string; svg?: true; markdown?: true; from?: string; json?: true };

const { n, rounds, svg, markdown, from, json } = command.opts<Options>();

const fail = (sentence: string): never => {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
};

const whole = (option: string, text: string): number => {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0
    ? value
    : fail(`${option} takes whole numbers from 1 up, not "${text}".`);
};

const measured = async (): Promise<Comparison> => {
  const sizes = n.split(',').map((size) => whole('--n', size));
  const plan = { sizes, rounds: whole('--rounds', rounds) };
  const lacking = await missing();
  if (lacking) fail(lacking);
  // Only now, because it loads the packages of the peers.
  const { compare } = await import('./run.ts');
  const comparison = await compare({ ...plan, progress: (line) => process.stderr.write(`  ${line}\n`) });
  await mkdir(RESULTS, { recursive: true });
  await writeFile(`${RESULTS}peers-${n.replaceAll(',', '-')}.json`, `${JSON.stringify(comparison, undefined, 2)}\n`);
  return comparison;
};

const comparison = from === undefined ? await measured() : (JSON.parse(await readFile(from, 'utf8')) as Comparison);

if (svg || markdown) await mkdir(DOCS, { recursive: true });
if (svg) {
  await writeFile(`${DOCS}peers-lateness.svg`, latenessPicture(comparison));
  await writeFile(`${DOCS}peers-rate.svg`, ratePicture(comparison));
}
if (markdown) await writeFile(`${DOCS}peers.md`, documentOf(comparison));

if (json) process.stdout.write(`${JSON.stringify(comparison)}\n`);
else {
  const { columns, rows } = tableOf(comparison);
  console.table(rows.map((row) => Object.fromEntries(columns.map((column, k) => [column, row[k]]))));
  for (const { name, version, settings } of comparison.contenders)
    process.stdout.write(`${name} ${version}: ${settings}. ${faultsOf(comparison, name)}.\n`);
  process.stdout.write(`${comparison.machine}. n× (least–most): Meridian is n times better; below 1 the peer is.\n`);
}
