import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRandom } from '../support/random.ts';
import { type ChildRuntime, endChildren, startChild } from './child-runtime.ts';
import { linesOf, makeClient } from './client.ts';
import { type Receiver, startReceiver, until } from './receiver.ts';

const MESSAGES = 5_000;
const SPAN_MS = 30_000;
const TIMES = 10;
/** Four segments log what they did for every 25 messages; what ends while one is written goes into the next. */
const UNLOGGED = 4 * 2 * 25;

let root: string;
let receiver: Receiver;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'meridian-restart-'));
  receiver = await startReceiver();
});

afterEach(async () => {
  await endChildren();
  await receiver.close();
  await rm(root, { recursive: true, force: true });
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Schedules messages evenly over the span; returns the ids that were acknowledged. */
const schedule = async (url: string, fromMs: number): Promise<string[]> => {
  const client = makeClient(url);
  await client.putTarget('push', { kind: 'http', url: receiver.url });
  const dueAt = (n: number) => new Date(fromMs + (n * SPAN_MS) / MESSAGES).toISOString();
  const { body } = await client.postLines(
    'all',
    linesOf(MESSAGES, (n) => ({ id: `m${n}`, target: 'push', at: dueAt(n), payload: { n } })),
  );
  return (body as { items: { id: string }[] }).items.map(({ id }) => id);
};

const tally = (ids: readonly string[]) => {
  const counts = ids.map((id) => receiver.counts.get(id) ?? 0);
  const late = receiver.received.map(({ headers, atMs }) => atMs - Date.parse(String(headers['meridian-due-at'])));
  return {
    acknowledged: ids.length,
    lost: counts.filter((n) => n === 0).length,
    duplicates: receiver.received.length - receiver.counts.size,
    unexpected: [...receiver.counts.keys()].filter((id) => !ids.includes(id)).length,
    early: late.filter((ms) => ms < 0).length,
    maxLatenessMs: Math.max(...late),
  };
};

/** Ends the runtime ten times, each time up to three seconds after it was ready, and starts it again. */
const interrupt = async (signal: (n: number) => Parameters<ChildRuntime['end']>[0], seed: number) => {
  const random = makeRandom(seed);
  const dataDir = join(root, 'data');
  let runtime = await startChild(dataDir);
  const fromMs = Date.now() + 2_000;
  const ids = await schedule(runtime.url, fromMs);
  await sleep(fromMs - Date.now());
  const duplicatesSoFar: number[] = [];
  const startMs: number[] = [];
  for (let n = 0; n < TIMES; n += 1) {
    await sleep(3_000 * random());
    expect(await runtime.end(signal(n))).toBe(signal(n) === 'SIGKILL' ? null : 0);
    const endedAt = Date.now();
    runtime = await startChild(dataDir);
    startMs.push(Date.now() - endedAt);
    duplicatesSoFar.push(receiver.received.length - receiver.counts.size);
  }
  await until(() => receiver.counts.size >= ids.length, 60_000);
  await sleep(2_000);
  const result = tally(ids);
  process.stderr.write(`${JSON.stringify({ signal: signal(0), ...result, duplicatesSoFar, startMs })}\n`);
  return { result, runtime };
};

test('F19 P1 P3 P4: killed ten times while 5,000 messages come due over 30 s, it loses none', async () => {
  const { result, runtime } = await interrupt(() => 'SIGKILL', 20_261_122);
  expect(result).toMatchObject({ acknowledged: MESSAGES, lost: 0, unexpected: 0, early: 0 });
  expect(result.duplicates).toBeLessThanOrEqual(TIMES * UNLOGGED);
  expect(await runtime.end('SIGTERM')).toBe(0);
});

test('P3: stopped ten times while 5,000 messages come due over 30 s, it sends none twice', async () => {
  const { result, runtime } = await interrupt((n) => (n % 2 === 0 ? 'SIGTERM' : 'SIGINT'), 7);
  expect(result).toMatchObject({ acknowledged: MESSAGES, lost: 0, duplicates: 0, unexpected: 0, early: 0 });
  const { body } = await makeClient(runtime.url).status();
  expect(body).toMatchObject({ counts: { accepted: MESSAGES, sent: MESSAGES, pending: 0 } });
  expect(await runtime.end('SIGTERM')).toBe(0);
});
