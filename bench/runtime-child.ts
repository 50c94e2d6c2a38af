import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { startSettings } from './start-settings.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const MAIN = pathOf('../shared/local/main.ts');
const MEASURED = pathOf('./measured-runtime.ts');

/** What the measured runtime tells beyond its API. */
export type Insight = {
  /** Write units that the store reported so far, by `<operation> <table>`. */
  readonly writeUnits: Readonly<Record<string, number>>;
};

/** The local runtime in a process of its own, on a data directory that a bench may use again. */
export type RuntimeChild = {
  readonly url: string;
  /** Of its tables, for who wants to use them beside it. */
  readonly dynamoEndpoint: string;
  readonly pid: number;
  /** Only of the measured runtime. */
  insight(): Promise<Insight>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
};

export type RuntimeOptions = {
  readonly nodeFlags?: readonly string[];
  /** Runs the same parts with figures of the store beside them, instead of what `npm start` runs. */
  readonly measured?: boolean;
  /** The module of the process functions that it runs. */
  readonly processes?: string;
};

/** Starts `npm start` without npm. Throws where it ends before it is ready. */
export const startRuntime = async (
  dataDir: string,
  { nodeFlags = [], measured = false, processes }: RuntimeOptions = {},
): Promise<RuntimeChild> => {
  const file = processes === undefined ? [] : [processes];
  const args = measured
    ? [MEASURED, dataDir, ...file]
    : [MAIN, '--port', '0', '--data', dataDir, '--json', ...file.flatMap((path) => ['--processes', path])];
  const { flags, env } = startSettings();
  const child = spawn(process.execPath, [...flags, ...nodeFlags, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout as Readable });
  const first = await Promise.race([once(lines, 'line'), exit.then(() => undefined)]);
  if (first === undefined) throw new Error('The runtime ended before it was ready; its reason stands above.');
  const places = JSON.parse(String(first[0])) as Pick<RuntimeChild, 'url' | 'dynamoEndpoint'>;
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await exit;
  };
  const insight = async (): Promise<Insight> => {
    const answer = once(child, 'message');
    child.send('insight');
    return (await answer)[0] as Insight;
  };
  return { ...places, pid: child.pid ?? 0, insight, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
};

/** A data directory that is gone afterwards. */
export const withDataDir = async <T>(use: (dataDir: string) => Promise<T>): Promise<T> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'meridian-bench-'));
  try {
    return await use(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};

/** A runtime on a fresh directory, ended afterwards. */
export const withRuntime = <T>(use: (runtime: RuntimeChild) => Promise<T>, options: RuntimeOptions = {}): Promise<T> =>
  withDataDir(async (dataDir) => {
    const runtime = await startRuntime(join(dataDir, 'data'), options);
    try {
      return await use(runtime);
    } finally {
      await runtime.stop();
    }
  });
