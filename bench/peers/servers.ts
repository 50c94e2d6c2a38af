import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

const call = promisify(execFile);
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** A server on 127.0.0.1 with a directory of its own; both are gone afterwards. */
export type Server = AsyncDisposable & { readonly url: string; readonly version: string };

type Owner = { readonly uid: number; readonly gid: number };

/** The user that a server runs as: its own where we are root, as Postgres refuses root; else ours. */
const ownerFor = async (user: string): Promise<Owner | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = async (flag: string): Promise<number> => Number((await call('id', [flag, user])).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
};

const directoryOf = async (name: string, owner: Owner | undefined): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), `meridian-peers-${name}-`));
  if (owner) await chown(directory, owner.uid, owner.gid);
  return directory;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
};

const secret = (): string => randomBytes(16).toString('hex');

/** Throws, with what the server said, where it ends before it says `words`. */
const awaitWords = async (child: ChildProcess, output: Readable, words: string): Promise<void> => {
  const said: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.once('exit', () => reject(new Error(`${child.spawnfile} ended: ${said.join('\n')}`)));
  createInterface({ input: output }).on('line', (line) => {
    if (said.length < 100) said.push(line);
    if (line.includes(words)) resolve();
  });
  await promise;
};

const ended = async (child: ChildProcess, signal: NodeJS.Signals, directory: string): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  await rm(directory, { recursive: true, force: true });
};

/** Redis that appends every write to its file and syncs that each second, as BullMQ's production page asks for. */
export const startRedis = async (): Promise<Server> => {
  const owner = await ownerFor('redis');
  const directory = await directoryOf('redis', owner);
  const [port, password] = [await freePort(), secret()];
  const options: SpawnOptions = { cwd: directory, stdio: ['pipe', 'pipe', 'inherit'], ...owner };
  const child = spawn('redis-server', ['-'], options);
  child.stdin?.end(
    [
      'bind 127.0.0.1',
      `port ${port}`,
      `requirepass ${password}`,
      `dir ${directory}`,
      'appendonly yes',
      'appendfsync everysec',
      // Snapshots would fork in the middle of a run and make nothing safer than the file above does.
      'save ""',
      'maxmemory-policy noeviction',
      // How often it looks whose wait is over: with the default of 10, BullMQ wakes up 50 ms late.
      'hz 100',
    ].join('\n'),
  );
  await awaitWords(child, child.stdout as Readable, 'Ready to accept connections');
  const version = /v=([\d.]+)/.exec((await call('redis-server', ['--version'])).stdout)?.[1] ?? '';
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    version: `Redis ${version}`,
    [Symbol.asyncDispose]: () => ended(child, 'SIGTERM', directory),
  };
};

/** The folder of the newest Postgres that Debian installed. */
const postgresFolder = (): string | undefined => {
  try {
    const newest = readdirSync(DEBIAN_POSTGRES).sort((a, b) => Number(b) - Number(a))[0];
    return newest && join(DEBIAN_POSTGRES, newest, 'bin');
  } catch {
    return undefined;
  }
};

/** Postgres with Debian's defaults: fsync, full_page_writes and synchronous_commit are on. */
export const startPostgres = async (): Promise<Server> => {
  const owner = await ownerFor('postgres');
  const directory = await directoryOf('postgres', owner);
  const [port, password, bin] = [await freePort(), secret(), postgresFolder() ?? ''];
  const [data, passwordFile] = [join(directory, 'data'), join(directory, 'password')];
  await writeFile(passwordFile, password, { mode: 0o644 });
  const init = ['-D', data, '-U', 'bench', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  await call(join(bin, 'initdb'), [...init, '--encoding=UTF8', '--locale=C'], { cwd: directory, ...owner });
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', directory];
  const options: SpawnOptions = { cwd: directory, stdio: ['ignore', 'inherit', 'pipe'], ...owner };
  const child = spawn(join(bin, 'postgres'), args, options);
  await awaitWords(child, child.stderr as Readable, 'ready to accept connections');
  const { stdout } = await call(join(bin, 'postgres'), ['--version']);
  return {
    url: `postgres://bench:${password}@127.0.0.1:${port}/postgres`,
    version: `Postgres ${/[\d.]+/.exec(stdout)?.[0] ?? ''}`,
    // Its "fast" shutdown: it ends connections instead of waiting for them.
    [Symbol.asyncDispose]: () => ended(child, 'SIGINT', directory),
  };
};

/** The Debian packages that this machine lacks. */
export const missingServers = async (): Promise<string[]> => {
  const redis = await call('redis-server', ['--version']).then(
    () => true,
    () => false,
  );
  return [...(redis ? [] : ['redis-server']), ...(postgresFolder() ? [] : ['postgresql'])];
};
