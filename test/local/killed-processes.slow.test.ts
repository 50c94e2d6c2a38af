import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRandom } from '../support/random.ts';
import { type ChildRuntime, endChildren, startChild } from './child-runtime.ts';
import { makeClient } from './client.ts';
import type { Counted } from './counting-process.ts';
import { type Receiver, startReceiver, until } from './receiver.ts';

const PROCESSES = fileURLToPath(new URL('./counting-process.ts', import.meta.url));
const KEYS = Array.from({ length: 10 }, (_, n) => `key-${n}`);
const ROUNDS = 200;
const KILLS = 4;
const PATIENCE_MS = 120_000;

let root: string;
let receiver: Receiver;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'meridian-killed-'));
  receiver = await startReceiver();
});

afterEach(async () => {
  await endChildren();
  await receiver.close();
  await rm(root, { recursive: true, force: true });
});

const start = (): Promise<ChildRuntime> => startChild(join(root, 'data'), { processes: PROCESSES });

/** What came, once for each id: whoever remembers ids sees no more. Fails where an id stands for two things (P14). */
const bodiesById = (): ReadonlyMap<string, Counted> => {
  const bodies = new Map<string, string>();
  for (const { headers, body } of receiver.received) {
    const id = String(headers['webhook-id']);
    expect(bodies.get(id) ?? body).toBe(body);
    bodies.set(id, body);
  }
  return new Map([...bodies].map(([id, body]) => [id, JSON.parse(body) as Counted]));
};

test('F19 P1 P13 P14: killed four times while elements come and timers fire, process functions count each once and put each out under one id', async () => {
  let runtime = await start();
  await makeClient(runtime.url).putTarget('push', { kind: 'http', url: receiver.url });

  /** Feeds an element until that is acknowledged: under its id it counts once. */
  const feed = async (key: string, n: number): Promise<void> => {
    const body = JSON.stringify({ key, id: `${key}-${n}`, value: { n } });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    for (;;) {
      const answer = await fetch(`${runtime.url}/v1/processes/counting/elements`, init).catch(() => undefined);
      if (answer?.status === 202) return;
      await sleep(50);
    }
  };

  const random = makeRandom(20_261_129);
  const kills = (async () => {
    for (let n = 0; n < KILLS; n += 1) {
      await sleep(400 + 800 * random());
      expect(await runtime.end('SIGKILL')).toBeNull();
      runtime = await start();
    }
  })();
  // Without a pause, so that a kill falls between a commit and its answer.
  const feedAll = async (key: string): Promise<void> => {
    for (let n = 0; n < ROUNDS; n += 1) await feed(key, n);
  };
  await Promise.all([kills, ...KEYS.map(feedAll)]);
  await until(() => receiver.counts.size >= 2 * KEYS.length * ROUNDS, PATIENCE_MS);
  const rows = [...bodiesById().values()];
  const numbers = Array.from({ length: ROUNDS }, (_, n) => n);
  for (const key of KEYS) {
    const own = rows.filter((row) => row.key === key);
    const totals = own.flatMap(({ total }) => total ?? []).sort((a, b) => a - b);
    expect(totals).toEqual(numbers.map((n) => n + 1));
    const timers = own.flatMap(({ timer }) => timer ?? []);
    expect(timers.toSorted()).toEqual(numbers.map((n) => `timer-${n}`).toSorted());
  }
  expect(await runtime.end('SIGTERM')).toBe(0);
});
