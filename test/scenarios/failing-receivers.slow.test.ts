import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalRuntime, startLocal } from '../../shared/local/start-local.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { linesOf, makeClient } from '../local/client.ts';
import { type Receiver, startReceiver } from '../local/receiver.ts';
import { watchTelemetry } from '../support/canary.ts';

const MESSAGES = 50;
/** Each answer of 429 slows the whole target, so that one takes its time. */
const THROTTLED_MESSAGES = 5;
const ATTEMPTS = 3;
const DOWN_MS = 60_000;
/** Long enough for three attempts a second apart, and for the receiver that is down to come back. */
const WATCH_MS = DOWN_MS + 25_000;

/** Each way to fail, what a message comes to, and how many attempts the policy gives it. */
const FAILING: Record<
  string,
  { answer: (response: ServerResponse) => void; state: string; attempts: number; error?: string }
> = {
  'always-500': { answer: (r) => r.writeHead(500).end('no'), state: 'dead', attempts: ATTEMPTS, error: 'HTTP_500' },
  'always-429': {
    answer: (r) => r.writeHead(429, { 'retry-after': '2' }).end(),
    state: 'dead',
    attempts: ATTEMPTS,
    error: 'HTTP_429',
  },
  'never-answers': { answer: () => undefined, state: 'dead', attempts: ATTEMPTS, error: 'TIMEOUT' },
  'closes-the-socket': { answer: (r) => r.socket?.destroy(), state: 'dead', attempts: ATTEMPTS, error: 'RESET' },
  redirects: {
    answer: (r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    state: 'dead',
    attempts: 1,
    error: 'REDIRECT',
  },
};

let dataDir: string;
let runtime: LocalRuntime;
const receivers = new Map<string, Receiver>();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'meridian-failing-'));
  runtime = await startLocal({ dataDir, telemetry: watchTelemetry(makeMemoryTelemetry()) });
});

afterAll(async () => {
  await runtime.stop();
  await Promise.all([...receivers.values()].map((receiver) => receiver.close()));
  await rm(dataDir, { recursive: true, force: true });
});

const retry = { maxAttempts: ATTEMPTS, schedule: ['PT1S'] };

const addTarget = async (
  name: string,
  answer?: (response: ServerResponse) => void,
  more: object = {},
): Promise<void> => {
  const receiver = await startReceiver(answer);
  receivers.set(name, receiver);
  const { status } = await makeClient(runtime.url).putTarget(name, {
    kind: 'http',
    url: receiver.url,
    retry,
    ...more,
  });
  expect(status).toBe(201);
};

const countOf = (target: string): number => (target === 'always-429' ? THROTTLED_MESSAGES : MESSAGES);

const schedule = async (target: string, fromMs: number): Promise<string[]> => {
  const line = (n: number) => ({
    id: `${target}-${n}`,
    target,
    at: new Date(fromMs + n * 20).toISOString(),
    payload: { n },
  });
  const { status, body } = await makeClient(runtime.url).postLines(target, linesOf(countOf(target), line));
  expect(status).toBe(202);
  return (body as { items: { id: string }[] }).items.map(({ id }) => id);
};

test('P1 P10 F21 F22 every message of a failing receiver ends as its policy says, and a healthy one notices nothing', async () => {
  const { getMessage, status } = makeClient(runtime.url);
  let downUntil = 0;
  for (const [name, { answer }] of Object.entries(FAILING))
    await addTarget(name, answer, name === 'never-answers' ? { timeout: 'PT1S' } : {});
  const recovering = (r: ServerResponse): void => {
    if (Date.now() < downUntil) r.socket?.destroy();
    else r.writeHead(204).end();
  };
  await addTarget('down-for-a-minute', recovering, { retry: { maxAttempts: 20, schedule: ['PT5S'] } });
  await addTarget('healthy');

  const fromMs = Date.now() + 4_000;
  downUntil = fromMs + DOWN_MS;
  const ids = new Map<string, string[]>();
  for (const name of receivers.keys()) ids.set(name, await schedule(name, fromMs));
  await new Promise((resolve) => setTimeout(resolve, fromMs + WATCH_MS - Date.now()));

  for (const [name, { state, attempts, error }] of Object.entries(FAILING)) {
    for (const id of ids.get(name) ?? []) {
      expect({ name, ...(await getMessage(id)) }).toMatchObject({ name, body: { state, attempts, lastError: error } });
      expect(receivers.get(name)?.counts.get(id)).toBe(attempts);
    }
  }
  for (const id of ids.get('down-for-a-minute') ?? [])
    expect((await getMessage(id)).body).toMatchObject({ state: 'sent' });
  const healthy = receivers.get('healthy')?.received ?? [];
  expect(healthy.length).toBe(MESSAGES);
  const late = healthy.map(({ headers, atMs }) => atMs - Date.parse(String(headers['meridian-due-at'])));
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  // Promise P7 is 2 s where nothing fails; a target that waits for another would be seconds behind.
  expect(Math.max(...late)).toBeLessThan(2_000);
  expect((await status()).body).toMatchObject({
    counts: { dead: MESSAGES * 4 + THROTTLED_MESSAGES, sent: MESSAGES * 2, pending: 0, retrying: 0 },
  });
});
