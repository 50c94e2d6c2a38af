import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../shared/local/main.ts', import.meta.url));

/** The local runtime in a process of its own, on a data directory that a bench may use again. */
export type RuntimeChild = {
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
};

/** Starts `npm start` without npm. Throws where it ends before it is ready. */
export const startRuntime = async (dataDir: string, nodeFlags: readonly string[] = []): Promise<RuntimeChild> => {
  const args = [...nodeFlags, MAIN, '--port', '0', '--data', dataDir, '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), exit.then(() => undefined)]);
  if (first === undefined) throw new Error('The runtime ended before it was ready; its reason stands above.');
  const { url } = JSON.parse(String(first[0])) as { url: string };
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await exit;
  };
  return { url, process: child, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
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
export const withRuntime = <T>(
  use: (runtime: RuntimeChild) => Promise<T>,
  nodeFlags: readonly string[] = [],
): Promise<T> =>
  withDataDir(async (dataDir) => {
    const runtime = await startRuntime(dataDir, nodeFlags);
    try {
      return await use(runtime);
    } finally {
      await runtime.stop();
    }
  });
