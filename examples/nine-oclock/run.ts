import { Command, InvalidArgumentError } from 'commander';
import { SampleError } from './api.ts';
import { isPerfect, toTable } from './closing-table.ts';
import { makeLines } from './recipients.ts';
import { runSample, sizeOf } from './run-sample.ts';

type Options = {
  readonly url: string;
  readonly count: number;
  readonly minutes: number;
  readonly print?: true;
  readonly json?: true;
};

const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const n = Number(text);
    if (/^\d+$/.test(text) && n >= min && n <= max) return n;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };

const { url, count, minutes, print, json } = new Command('npm run sample --')
  .description("Wakes people in all time zones at the nine o'clock of their own clocks, and counts what arrives.")
  .option('--url <url>', 'where Meridian is', 'http://127.0.0.1:8787')
  .option('--count <n>', 'how many people', whole(1, 1_000_000), 10_000)
  .option('--minutes <n>', "over how many minutes their nine o'clocks fall", whole(1, 60), 2)
  .option('--print', 'only print the messages, one a line, for the target "echo"')
  .option('--json', 'print the result as one line of JSON')
  .parse()
  .opts<Options>();

try {
  if (print) {
    for (const line of makeLines('echo', sizeOf(count, minutes))) process.stdout.write(line);
  } else {
    const outcome = await runSample(url, { count, minutes });
    process.stdout.write(`${json ? JSON.stringify(outcome) : toTable(outcome)}\n`);
    if (!isPerfect(outcome)) process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof SampleError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
