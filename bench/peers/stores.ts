import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { Peer } from './peer.ts';
import { type Server, startPostgres, startRedis } from './servers.ts';

const INTERRUPTED = 130;

/** The servers of the peers, with an empty place in them for each run. */
export type Stores = AsyncDisposable & {
  fresh(server: Peer['server']): Promise<AsyncDisposable & { readonly url: string }>;
  versionOf(server: Peer['server']): string;
};

/** An empty Redis. */
const freshRedis = async ({ url }: Server) => {
  const empty = async (): Promise<void> => {
    const redis = new Redis(url);
    await redis.flushall();
    await redis.quit();
  };
  await empty();
  return { url, [Symbol.asyncDispose]: empty };
};

let databases = 0;

/** A database of its own, dropped afterwards; the checkpoint leaves no writing for whoever is next. */
const freshDatabase = async ({ url }: Server) => {
  databases += 1;
  const name = `run_${databases}`;
  const ask = async (...statements: readonly string[]): Promise<void> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  await ask(`create database ${name}`);
  const own = new URL(url);
  own.pathname = name;
  return {
    url: own.href,
    [Symbol.asyncDispose]: () => ask(`drop database ${name} with (force)`, 'checkpoint'),
  };
};

/** Starts the servers; they end with what is returned, and where this process is told to end. */
export const openStores = async (): Promise<Stores> => {
  await using starting = new AsyncDisposableStack();
  const redis = starting.use(await startRedis());
  const postgres = starting.use(await startPostgres());
  const servers = starting.move();
  const end = (): void => void servers.disposeAsync().finally(() => process.exit(INTERRUPTED));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
  return {
    fresh: (server) => (server === 'redis' ? freshRedis(redis) : freshDatabase(postgres)),
    versionOf: (server) => (server === 'redis' ? redis : postgres).version,
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
};
