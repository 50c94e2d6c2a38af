import { Command, InvalidArgumentError } from 'commander';
import { ConfigError } from '../config.ts';
import { makeConsoleTelemetry } from './console-telemetry.ts';
import { makeEchoLines } from './echo-lines.ts';
import { loadProcesses } from './load-processes.ts';
import { StartError } from './start-error.ts';
import { type LocalRuntime, startLocal } from './start-local.ts';
import { welcome } from './welcome.ts';

type Options = { readonly port: number; readonly data: string; readonly json?: true; readonly processes?: string };

const MAX_PORT = 65_535;
/** A stop that hangs ends here; nothing is lost by it. */
const STOP_WITHIN_MS = 9_500;
/** npm hands on the Ctrl-C that the terminal sent us already, so one that follows at once is no second one. */
const SAME_SIGNAL_MS = 500;
const INTERRUPTED = 130;

const portOf = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT) return Number(text);
  throw new InvalidArgumentError(`Give a port from 1 to ${MAX_PORT}, or 0 for any free one.`);
};

const { port, data, json, processes } = new Command('npm start --')
  .description('Runs all of Meridian on 127.0.0.1: API, workers, tick, and embedded DynamoDB and SQS.')
  .option('--port <n>', 'port of the API; 0 picks a free one', portOf, 8787)
  .option('--data <dir>', 'directory for everything that is stored', '.meridian')
  .option('--processes <file>', 'a module that exports process functions to run')
  .option('--json', 'print one line of JSON when ready, and nothing more')
  .parse()
  .opts<Options>();

const toStdout = (line: string) => process.stdout.write(`${line}\n`);
const toStderr = (line: string) => process.stderr.write(`${line}\n`);
const echo = makeEchoLines(toStdout);
const LEFT_BEHIND =
  'A promise that nobody awaits was rejected, as a handler leaves them behind that is not done when it returns: ' +
  'handlers are synchronous, and ctx.call makes asynchronous calls.';
// One process function is not to end the others. What was thrown is not shown: it may hold what an element held.
if (processes !== undefined) process.on('unhandledRejection', () => toStderr(LEFT_BEHIND));
// Whoever read our output may be gone; that is no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  const loaded = processes === undefined ? [] : await loadProcesses(processes);
  const runtime = await startLocal({
    port,
    dataDir: data,
    processes: loaded,
    telemetry: makeConsoleTelemetry(toStderr, 'warn'),
    logTelemetry: makeConsoleTelemetry(toStderr, 'info'),
    onDataLost: endWith,
    ...(!json && { onEcho: echo.take }),
  });
  stopOnSignal(runtime);
  toStdout(
    json
      ? JSON.stringify({ ready: true, url: runtime.url, dynamoEndpoint: runtime.dynamoEndpoint })
      : welcome({ ...runtime, data, processes: loaded.map(({ name }) => name) }),
  );
} catch (error) {
  if (!(error instanceof StartError || error instanceof ConfigError)) throw error;
  toStderr(error.message);
  process.exitCode = 1;
}

function endWith({ message }: StartError): never {
  toStderr(message);
  process.exit(1);
}

function stopOnSignal(runtime: LocalRuntime): void {
  let stoppedAt: number | undefined;
  const onSignal = () => {
    if (stoppedAt === undefined) {
      stoppedAt = performance.now();
      void stop(runtime);
    } else if (performance.now() - stoppedAt > SAME_SIGNAL_MS) {
      process.exit(INTERRUPTED);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

async function stop(runtime: LocalRuntime): Promise<never> {
  if (!json) toStderr('Stopping: what is under way is finished first. Ctrl-C again ends at once.');
  setTimeout(() => process.exit(1), STOP_WITHIN_MS);
  await runtime.stop();
  echo.end();
  process.exit(0);
}
