import { Command, InvalidArgumentError } from 'commander';
import { loadEngines } from './engines.ts';
import type { StartOptions } from './run.ts';

const MAX_PORT = 65_535;

const portOf = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT) return Number(text);
  throw new InvalidArgumentError(`Give a port from 1 to ${MAX_PORT}, or 0 for any free one.`);
};

const options = new Command('npm start --')
  .description('Runs all of Meridian on 127.0.0.1: API, workers, tick, and embedded DynamoDB and SQS.')
  .option('--port <n>', 'port of the API; 0 picks a free one', portOf, 8787)
  .option('--data <dir>', 'directory for everything that is stored', '.meridian')
  .option('--processes <file>', 'a module that exports process functions to run')
  .option('--json', 'print one line of JSON when ready, and nothing more')
  .parse()
  .opts<StartOptions>();

// It takes as long as all that this thread loads, so they do it at once.
const enginesThread = loadEngines();
const { run } = await import('./run.ts');
await run(options, enginesThread);
