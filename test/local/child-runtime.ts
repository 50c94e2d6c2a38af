import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { startSettings } from '../../bench/start-settings.ts';
import { watchText } from '../support/canary.ts';

export type ChildRuntime = {
  readonly url: string;
  readonly pid: number;
  /** What it said on standard error. */
  said(): string;
  /** Sends a signal and waits for the end; the exit code, or `null` where the signal itself ended it. */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGKILL'): Promise<number | null>;
};

const ROOT = new URL('../../', import.meta.url);
const MAIN = 'shared/local/main.ts';

const running = new Set<ChildProcess>();

export type Circumstances = {
  /** No file may grow beyond so many blocks of 512 bytes: to a database as good as a full disk, for any user. */
  readonly fileBlocks?: number;
  /** A module that is loaded first. */
  readonly preload?: string;
  /** The module of the process functions that it runs. */
  readonly processes?: string;
  readonly env?: Readonly<Record<string, string>>;
};

const start = (args: readonly string[], { fileBlocks, preload, env }: Circumstances = {}): ChildProcess => {
  const settings = startSettings();
  const first = preload === undefined ? [] : ['--import', preload];
  const command = [process.execPath, ...settings.flags, ...first, MAIN, ...args];
  const limited = ['sh', '-c', `ulimit -f ${fileBlocks} && exec "$0" "$@"`, ...command];
  const [program = '', ...rest] = fileBlocks === undefined ? command : limited;
  const surroundings = { ...process.env, ...settings.env, ...env };
  const child = spawn(program, rest, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: surroundings });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
};

/** Everything that a runtime says; no payload, header or secret may be in it (P23). */
const listenTo = (stream: NodeJS.ReadableStream | null): { text: string } => {
  const heard = { text: '' };
  stream?.on('data', (chunk: Buffer) => {
    heard.text += chunk;
    watchText('output of the runtime', heard.text.slice(-2 * chunk.length - 100));
  });
  return heard;
};

/** Starts `npm start` in a process of its own, on a free port, and waits until it is ready. */
export async function startChild(dataDir: string, circumstances?: Circumstances): Promise<ChildRuntime> {
  const more = circumstances?.processes === undefined ? [] : ['--processes', circumstances.processes];
  const child = start(['--json', '--port', '0', '--data', dataDir, ...more], circumstances);
  const errors = listenTo(child.stderr);
  listenTo(child.stdout);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const first = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  const { ready, url } = JSON.parse(typeof first[0] === 'string' ? first[0] : '{}') as { ready?: true; url: string };
  if (!ready) throw new Error(`The runtime did not start: ${errors.text}`);
  return {
    url,
    pid: child.pid as number,
    said: () => errors.text,
    end: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
}

/** Runs `npm start` with arguments that it cannot start with. */
export async function runChild(
  args: readonly string[],
  circumstances?: Circumstances,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(args, circumstances);
  const [stdout, stderr] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'exit'),
  ]);
  watchText('output of the runtime', stdout + stderr);
  return { code: child.exitCode, stdout, stderr };
}

/** Ends what a failed test left behind. */
export async function endChildren(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
}
