import { Command } from 'commander';
import { herd } from './herd.ts';
import { kill } from './kill.ts';
import { lateness } from './lateness.ts';
import { type Bench, machine, type Result } from './result.ts';

const benches: readonly Bench[] = [lateness, herd, kill];

const list = benches.map(({ name, what }) => `  ${name.padEnd(10)}${what}`).join('\n');

const command = new Command('bench')
  .description('Measures the local runtime on this machine.')
  .argument('[name]', 'which bench; all of them unless told')
  .option('--n <messages>', 'how many messages', (text) => Number(text))
  .option('--json', 'one JSON object on the last line of stdout')
  .addHelpText('after', `\n${list}`)
  .parse();

const [name] = command.args;
const { n, json } = command.opts<{ n?: number; json?: boolean }>();

const fail = (sentence: string): never => {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
};

const chosen = name === undefined ? benches : benches.filter((bench) => bench.name === name);
if (chosen.length === 0) fail(`There is no bench "${name}"; choose one of ${benches.map((b) => b.name).join(', ')}.`);
if (n !== undefined && !(Number.isSafeInteger(n) && n > 0)) fail('--n takes a whole number of messages from 1 up.');

for (const bench of chosen) {
  process.stderr.write(`${bench.name}: ${bench.what}\n`);
  const count = n ?? bench.n;
  const figures = await bench.run(count, (line) => process.stderr.write(`  ${line}\n`));
  const result: Result = { bench: bench.name, n: count, ...figures, machine: machine() };
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else console.table([result]);
}
