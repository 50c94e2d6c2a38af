import type { Worker } from 'node:worker_threads';
import { ConfigError } from '../config.ts';
import { makeConsoleTelemetry } from './console-telemetry.ts';
import { type EchoLines, makeEchoLines } from './echo-lines.ts';
import { loadProcesses } from './load-processes.ts';
import { StartError } from './start-error.ts';
import { type LocalRuntime, startLocal } from './start-local.ts';
import { welcome } from './welcome.ts';

/** What `npm start --` takes. */
export type StartOptions = {
  readonly port: number;
  readonly data: string;
  readonly json?: true;
  readonly processes?: string;
};

/** A stop that hangs ends here; nothing is lost by it. */
const STOP_WITHIN_MS = 9_500;
/** npm hands on the Ctrl-C that the terminal sent us already, so one that follows at once is no second one. */
const SAME_SIGNAL_MS = 500;
const INTERRUPTED = 130;

const LEFT_BEHIND =
  'A promise that nobody awaits was rejected, as a handler leaves them behind that is not done when it returns: ' +
  'handlers are synchronous, and ctx.call makes asynchronous calls.';

const toStdout = (line: string) => process.stdout.write(`${line}\n`);
const toStderr = (line: string) => process.stderr.write(`${line}\n`);

/** Runs Meridian in this process until it is told to stop; what keeps it from starting is said in one sentence. */
export async function run(options: StartOptions, enginesThread: Worker): Promise<void> {
  const { port, data, json, processes } = options;
  const echo = makeEchoLines(toStdout);
  // One process function is not to end the others. What was thrown is not shown: it may hold what an element held.
  if (processes !== undefined) process.on('unhandledRejection', () => toStderr(LEFT_BEHIND));
  // Whoever read our output may be gone; that is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  try {
    const loaded = processes === undefined ? [] : await loadProcesses(processes);
    const runtime = await startLocal({
      port,
      dataDir: data,
      enginesThread,
      processes: loaded,
      telemetry: makeConsoleTelemetry(toStderr, 'warn'),
      logTelemetry: makeConsoleTelemetry(toStderr, 'info'),
      onDataLost: endWith,
      ...(!json && { onEcho: echo.take }),
    });
    stopOnSignal({ runtime, echo, isQuiet: json === true });
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
}

function endWith({ message }: StartError): never {
  toStderr(message);
  process.exit(1);
}

type Running = { readonly runtime: LocalRuntime; readonly echo: EchoLines; readonly isQuiet: boolean };

function stopOnSignal(running: Running): void {
  let stoppedAt: number | undefined;
  const onSignal = () => {
    if (stoppedAt === undefined) {
      stoppedAt = performance.now();
      void stop(running);
    } else if (performance.now() - stoppedAt > SAME_SIGNAL_MS) {
      process.exit(INTERRUPTED);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

async function stop({ runtime, echo, isQuiet }: Running): Promise<never> {
  if (!isQuiet) toStderr('Stopping: what is under way is finished first. Ctrl-C again ends at once.');
  setTimeout(() => process.exit(1), STOP_WITHIN_MS);
  await runtime.stop();
  echo.end();
  process.exit(0);
}
