import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EndToEndError } from './end-to-end-error.ts';
import { emulated, type Target } from './target.ts';

export type MiniStackOptions = {
  /** The emulator's executable. */
  readonly command: string;
  /** For its log. */
  readonly folder: string;
  readonly enforcesIam: boolean;
};

export type MiniStack = {
  readonly target: Target;
  /** Ends the emulator and every function that it still runs; true where that left no process. */
  stop(): Promise<boolean>;
};

const READY_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** Starts MiniStack on a free port of 127.0.0.1, as the leader of a process group of its own. */
export async function startMiniStack({ command, folder, enforcesIam }: MiniStackOptions): Promise<MiniStack> {
  await mkdir(folder, { recursive: true });
  // Its runtime for functions is CommonJS in a file `.js`, which it would not be below a package.json of modules.
  const temporary = await mkdtemp(join(tmpdir(), 'meridian-e2e-'));
  const port = await freePort();
  const logFile = join(folder, 'ministack.log');
  const log = openSync(logFile, 'w');
  const child = spawn(command, [], {
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      // The functions are to run on the Node that runs us.
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: folder,
      TMPDIR: temporary,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      AUTH: String(enforcesIam),
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      // Each concurrent call gets a process, kept for five minutes unless told.
      LAMBDA_WARM_TTL_SECONDS: '20',
      // Its runtime calls `url.parse`, and Node's warning would stand in the logs of the functions.
      NODE_OPTIONS: '--disable-warning=DEP0169',
    },
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()));
  const group = child.pid ?? 0;
  const endNow = (): void => signalGroup(group, 'SIGKILL');
  process.once('exit', endNow);
  const endpoint = `http://127.0.0.1:${port}`;
  if (!(await isUp(endpoint, ended))) {
    endNow();
    throw new EndToEndError(`MiniStack did not start: ${(await readFile(logFile, 'utf8')).slice(-500)}`);
  }
  const stop = async (): Promise<boolean> => {
    signalGroup(group, 'SIGTERM');
    await Promise.race([ended, sleep(STOPPED_WITHIN_MS, undefined, { ref: false })]);
    signalGroup(group, 'SIGKILL');
    process.off('exit', endNow);
    await rm(temporary, { recursive: true, force: true });
    return isGone(group);
  };
  return { target: { ...emulated('ministack', endpoint, enforcesIam), processGroup: group }, stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function isUp(endpoint: string, ended: Promise<void>): Promise<boolean> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for (const until = Date.now() + READY_WITHIN_MS; Date.now() < until && !isOver; await sleep(LOOK_EVERY_MS)) {
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return true;
  }
  return false;
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // The group is gone, which is what was asked for.
  }
}

/** Whether the group has no process left, once the kernel has cleared what was killed. */
async function isGone(group: number): Promise<boolean> {
  for (const until = Date.now() + STOPPED_WITHIN_MS; Date.now() < until; await sleep(LOOK_EVERY_MS)) {
    try {
      process.kill(-group, 0);
    } catch {
      return true;
    }
  }
  return false;
}
