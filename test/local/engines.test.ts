import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTables } from '../../shared/aws/dynamo/create-tables.ts';
import { makeDynamoStore } from '../../shared/aws/dynamo/dynamo-store.ts';
import { makeSystemClock } from '../../shared/aws/system-clock.ts';
import { type Engines, startEngines } from '../../shared/local/engines.ts';
import { itemOf, keyOf } from '../contract/item-store/fixtures.ts';
import { dynamoClientOf } from '../support/engines.ts';

const TABLES = { segments: 'test-segments', keys: 'test-keys', control: 'test-control' };

let dataDir: string;
let started: Engines[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'meridian-engines-'));
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((engines) => engines.close()));
  await rm(dataDir, { recursive: true });
});

const start = async (options: { dataDir?: string } = {}) => {
  const engines = await startEngines(options);
  started.push(engines);
  const client = dynamoClientOf(engines);
  await createTables(client, TABLES);
  const store = makeDynamoStore({ client, tables: TABLES, clock: makeSystemClock(), random: Math.random });
  return { engines, store };
};

/** Writes, until the process is killed after so many acknowledged lines; gives all that were acknowledged. */
async function killedWriter(afterLines: number): Promise<{ items: number[]; batches: number[] }> {
  const script = join(import.meta.dirname, 'engines-writer.ts');
  const writer: ChildProcess = spawn(process.execPath, [script, dataDir, JSON.stringify(TABLES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  writer.stdout?.on('data', (chunk) => {
    said += chunk;
    if (said.split('\n').length > afterLines) writer.kill('SIGKILL');
  });
  await once(writer, 'close');
  const lines = said.split('\n').slice(0, -1);
  const numbers = (kind: string) =>
    lines.filter((line) => line.startsWith(kind)).map((line) => Number(line.split(' ')[1]));
  return { items: numbers('item'), batches: numbers('batch') };
}

describe('embedded engines', { timeout: 60_000 }, () => {
  it('K: keep every acknowledged write of a process that is killed', async () => {
    const { items, batches } = await killedWriter(150);
    expect(items.length).toBeGreaterThan(50);
    expect(batches.length).toBeGreaterThan(3);
    const { store } = await start({ dataDir });
    const found = await store.getMany(items.map((n) => keyOf('items', `s${n}`)));
    expect(found).toHaveLength(items.length);
    for (const { sk, doc } of found) expect(sk).toBe(`s${doc}`);
    for (const n of batches) {
      const page = await store.query({ table: 'keys', pk: `batch-${n}`, from: 's', to: 't' });
      expect(page.items).toHaveLength(25);
      expect(page.items.every(({ body }) => body?.every((byte) => byte === n % 256))).toBe(true);
    }
  });

  it('keep what was written over a clean stop', async () => {
    const first = await start({ dataDir });
    await first.store.put(itemOf('p', 's', { doc: '"kept"' }), 'absent');
    await first.engines.close();
    const second = await start({ dataDir });
    expect((await second.store.get(keyOf('p')))?.doc).toBe('"kept"');
  });

  it('finish the calls under way before they close, and close once', async () => {
    const { engines, store } = await start({ dataDir });
    const writes = Array.from({ length: 50 }, (_, n) => store.put(itemOf('p', `s${n}`), 'absent'));
    await Promise.race(writes);
    await Promise.all([engines.close(), engines.close()]);
    await engines.close();
    const stored = (await Promise.allSettled(writes)).filter(({ status }) => status === 'fulfilled').length;
    const again = await start({ dataDir });
    const { items } = await again.store.query({ table: 'segments', pk: 'p', from: 's', to: 't' });
    expect(items.length).toBeGreaterThanOrEqual(stored);
  });

  it('start empty where no directory is given', async () => {
    const first = await start();
    await first.store.put(itemOf('p'), 'absent');
    const second = await start();
    expect(await second.store.get(keyOf('p'))).toBeUndefined();
  });

  it('do not share a directory, and say so', async () => {
    const { store } = await start({ dataDir });
    await store.put(itemOf('p'), 'absent');
    await expect(startEngines({ dataDir })).rejects.toThrow(
      `Another process uses the data in ${join(dataDir, 'dynamo')}. Stop it, or choose another directory.`,
    );
    expect(await store.get(keyOf('p'))).toBeDefined();
  });

  it('say which directory cannot be opened', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    await expect(startEngines({ dataDir: file })).rejects.toThrow(
      `The data in ${join(file, 'dynamo')} cannot be opened`,
    );
  });

  it('live on when a caller gives up in the middle of a request', async () => {
    const { engines, store } = await start();
    const { port } = new URL(engines.dynamoEndpoint);
    for (let n = 0; n < 5; n++) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n{"half":');
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.resetAndDestroy();
    }
    expect(await store.put(itemOf('p'), 'absent')).toBe('stored');
  });

  it('are not to be reached from outside of this machine', async () => {
    const { engines } = await start();
    const outside = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .find(({ internal }) => !internal);
    for (const endpoint of [engines.dynamoEndpoint, engines.sqsEndpoint]) {
      const { port, hostname } = new URL(endpoint);
      expect(hostname).toBe('127.0.0.1');
      if (outside)
        await expect(once(connect(Number(port), outside.address), 'connect')).rejects.toThrow('ECONNREFUSED');
    }
  });
});
