import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { benches } from './benches.ts';
import { writeReport } from './report.ts';
import { type Bench, load, machine, type Result, type Verdict } from './result.ts';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

const list = benches.map(({ name, what }) => `  ${name.padEnd(10)}${what}`).join('\n');

const command = new Command('bench')
  .description('Measures the local runtime on this machine.')
  .argument('[name]', 'which bench, or report: writes docs/bench.md from the last runs; all benches unless told')
  .option('--n <messages>', 'how many messages', (text) => Number(text))
  .option('--json', 'one JSON object on the last line of stdout')
  .option('--profile [kind]', 'writes a profile of the runtime into bench/results: cpu unless told heap')
  .addHelpText('after', `\n${list}`)
  .parse();

type Options = { n?: number; json?: true; profile?: true | string };

const [name] = command.args;
const { n, json, profile } = command.opts<Options>();

const fail = (sentence: string): never => {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
};

if (name === 'report') {
  await writeReport(RESULTS, benches);
  process.exit();
}
const chosen = name === undefined ? benches : benches.filter((bench) => bench.name === name);
if (chosen.length === 0) fail(`There is no bench "${name}"; choose one of ${benches.map((b) => b.name).join(', ')}.`);
if (n !== undefined && !(Number.isSafeInteger(n) && n > 0)) fail('--n takes a whole number of messages from 1 up.');
if (typeof profile === 'string' && profile !== 'cpu' && profile !== 'heap') fail('--profile takes cpu or heap.');

const kind = profile === 'heap' ? 'heap' : 'cpu';
const nodeFlags = profile === undefined ? [] : [`--${kind}-prof`, `--${kind}-prof-dir=${RESULTS}`];
const progress = (line: string): boolean => process.stderr.write(`  ${line}\n`);

const measure = async (bench: Bench, count: number): Promise<Result> => {
  process.stderr.write(`${bench.name} ${count}: ${bench.what}\n`);
  const before = load();
  const figures = await bench.run(count, { progress, nodeFlags });
  const result: Result = { bench: bench.name, n: count, ...figures, machine: machine(), load: before };
  await writeFile(`${RESULTS}${bench.name}-${count}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
};

await mkdir(RESULTS, { recursive: true });
const verdicts: ({ bench: string } & Verdict)[] = [];
for (const bench of chosen) {
  const results: Result[] = [];
  for (const count of n === undefined ? bench.n : [n]) results.push(await measure(bench, count));
  if (n === undefined) verdicts.push(...bench.judge(results).map((verdict) => ({ bench: bench.name, ...verdict })));
  for (const result of results) {
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else if (name !== undefined) console.table([result]);
  }
}
if (!json && verdicts.length > 0) console.table(verdicts);
if (verdicts.some(({ met }) => !met)) process.exitCode = 1;
