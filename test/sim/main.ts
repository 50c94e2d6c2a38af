import { availableParallelism } from 'node:os';
import { progress } from '@clack/prompts';
import { Command } from 'commander';
import { FAULTS, NOT_HERE } from './fault-table.ts';
import { liveThrough } from './pool.ts';
import { REGRESSION_WORLDS } from './regressions.ts';
import { tryPlants } from './run-plants.ts';
import { shrinkFaults } from './shrink.ts';
import { storyOf } from './story.ts';
import { makeTally, missingFaults } from './tally.ts';
import type { SeedReport } from './world.ts';

type Options = {
  seeds?: number;
  long?: true;
  minutes?: number;
  from: number;
  threads: number;
  json?: true;
  plants?: true | string;
  log?: number;
};

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  process.stderr.write(`${text} is no whole number from 1 up.\n`);
  return process.exit(1);
};

const SEEDS = 3_000;
const LONG_SEEDS = 34_000;

const options = new Command('sim')
  .description('Lives through seeded worlds full of faults and holds the engine to its promises.')
  .option('--seeds <n>', `how many worlds; ${SEEDS} unless told`, wholeNumber)
  .option('--long', `${LONG_SEEDS} worlds, with 10,000,000 messages`)
  .option('--minutes <n>', 'ends after so many minutes, with what was seen by then', wholeNumber)
  .option('--from <seed>', 'the first seed', wholeNumber, 1)
  .option('--threads <n>', 'worker threads', wholeNumber, availableParallelism())
  .option(
    '--plants [name]',
    'puts known bugs into the code instead, one at a time, and counts the seeds until one fails',
  )
  .option('--log <seed>', 'prints everything that happens in one world', wholeNumber)
  .option('--json', 'one JSON object on the last line of stdout')
  .parse()
  .opts<Options>();

const howMany = options.seeds ?? (options.long ? LONG_SEEDS : SEEDS);

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** A bar for people; nothing that redraws itself where the output goes into a file. */
const makeBar = (max: number) => {
  if (!process.stderr.isTTY) return { step: () => undefined, stop: say };
  const bar = progress({ output: process.stderr, max });
  bar.start('simulating');
  return { step: (line: string) => bar.advance(1, line), stop: (line: string) => bar.stop(line) };
};

/** At most so many failed seeds are shrunk and told. */
const MOST_TOLD = 3;

const tell = async (failed: SeedReport): Promise<void> => {
  const least = await shrinkFaults(failed);
  say(`\nSeed ${failed.seed} fails with ${least.on.join(' ') || 'no fault at all'}:`);
  for (const { promise, what } of least.violations) say(`  ${promise}: ${what}`);
  for (const line of await storyOf(least)) say(`    ${line}`);
  const on = least.on.map((id) => `'${id}'`).join(', ');
  say(`  Kept in test/sim/regressions.ts it runs for ever: { seed: ${failed.seed}, on: [${on}], what: '…' },`);
};

const runWorlds = async (): Promise<boolean> => {
  const { tally, broken, failures, take } = makeTally();
  const startedAt = performance.now();
  const drawn = Array.from({ length: howMany }, (_, n) => ({ seed: options.from + n }));
  const worlds = [...REGRESSION_WORLDS, ...drawn];
  const bar = makeBar(worlds.length);
  const onReport = (report: SeedReport): boolean => {
    take(report);
    bar.step(`${tally.seeds} seeds, ${tally.messages} messages, ${failures.length} failed`);
    return performance.now() - startedAt < (options.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  };
  await liveThrough({ worlds, threads: options.threads, onReport });
  const perSecond = Math.round((10_000 * tally.seeds) / (performance.now() - startedAt)) / 10;
  bar.stop(`${tally.seeds} seeds, ${tally.messages} messages, ${perSecond} seeds a second`);
  for (const failed of failures.slice(0, MOST_TOLD)) await tell(failed);
  if (options.json) process.stdout.write(`${JSON.stringify(tally)}\n`);
  else {
    const { seeds: count, messages, elements, lost, recovered, early, duplicates, failedSeeds } = tally;
    console.table({
      verdict: { seeds: count, messages, elements, lost, recovered, early, ...duplicates, failed: failedSeeds.length },
    });
    console.table(
      Object.fromEntries(
        Object.entries(FAULTS).map(([id, what]) => [id, { struck: tally.faults[id as keyof typeof FAULTS], what }]),
      ),
    );
    console.table(Object.fromEntries(Object.entries(NOT_HERE).map(([id, where]) => [id, { notHere: where }])));
    if (broken.size > 0) console.table(Object.fromEntries([...broken].map(([id, times]) => [id, { broken: times }])));
  }
  const missing = missingFaults(tally);
  if (missing.length > 0) say(`Not struck by any seed: ${missing.join(' ')}`);
  // A few seeds cannot meet every fault; so many have to.
  const isCovered = missing.length === 0 || tally.seeds < SEEDS;
  return failures.length === 0 && isCovered;
};

const runPlants = async (): Promise<boolean> => {
  const named = options.plants === true ? '' : options.plants;
  const tried = await tryPlants(
    options.threads,
    (caught) => say(`${caught.seeds ?? 'SURVIVED'}  ${caught.plant}`),
    named,
  );
  if (options.json) process.stdout.write(`${JSON.stringify({ plants: tried })}\n`);
  else console.table(tried);
  // A name that fits no bug shows nothing.
  return tried.length > 0 && tried.every(({ seeds }) => seeds !== undefined);
};

const printLog = async (seed: number): Promise<boolean> => {
  const { runSeed } = await import('./run-seed.ts');
  const lines: string[] = [];
  const { violations } = await runSeed(seed, { trace: (line) => lines.push(line) });
  process.stdout.write(`${lines.join('\n')}\n`);
  return violations.length === 0;
};

const run = (): Promise<boolean> => {
  if (options.log !== undefined) return printLog(options.log);
  return options.plants ? runPlants() : runWorlds();
};

process.exitCode = (await run()) ? 0 : 1;
