import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProcessSample, SAMPLES } from '../../examples/process-samples.ts';
import { processes } from '../../examples/processes.ts';
import { type LocalRuntime, startLocal } from '../../shared/local/start-local.ts';

/** The five programs as they run on the local stack: HTTP in, DynamoDB, ticks and queues, a receiver of webhooks. */
describe('programs over HTTP', () => {
  const arrived: unknown[] = [];
  let runtime: LocalRuntime;

  beforeAll(async () => {
    runtime = await startLocal({ processes, onEcho: ({ body }) => arrived.push(JSON.parse(body.toString())) });
  });

  afterAll(() => runtime.stop());

  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${runtime.url}/v1/processes/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(202);
    return answer.json();
  };

  const rows = async (name: string, expected: number): Promise<unknown[]> => {
    arrived.length = 0;
    const { elements, watermark, waitSeconds } = SAMPLES[name] as ProcessSample;
    const fed = elements(Date.now());
    expect(await post(`${name}/elements`, fed)).toMatchObject({ accepted: fed.length, duplicates: 0, rejected: 0 });
    expect(await post(`${name}/elements`, fed)).toMatchObject({ accepted: 0, duplicates: fed.length });
    if (watermark !== undefined) await post(`${name}/watermark`, { partition: 'http', watermark });
    const until = Date.now() + waitSeconds * 1000 + 20_000;
    while (arrived.length < expected && Date.now() < until) await sleep(50);
    // One that comes twice, or too many, comes soon after.
    await sleep(2_500);
    return arrived;
  };

  it('sums each minute', async () => {
    expect((await rows('tumbling-sum', 2)).sort()).toEqual([1, 2]);
  });

  it('sums on without data, and stops', async () => {
    expect((await rows('periodic-sum', 5)).sort()).toEqual([0, 0, 0, 1, 2]);
    const key = await fetch(`${runtime.url}/v1/processes/periodic-sum/keys/a`);
    expect(await key.json()).toMatchObject({ state: {}, timers: [], pendingOutputs: [] });
  });

  it('gives the rows of rolling sessions, each once, and keeps nothing', async () => {
    const got = (await rows('rolling-sessions', 401)) as { at: number; halfHour: number[]; sixHours: number[] }[];
    expect(got).toHaveLength(401);
    const start = Date.UTC(2026, 10, 22);
    const byMinute = new Map(got.map((row) => [(row.at - start) / 60_000, row]));
    expect(byMinute.size).toBe(401);
    expect(byMinute.get(41)).toMatchObject({ halfHour: [2, 50], hour: [3, 60], sixHours: [3, 60] });
    expect(byMinute.get(401)).toMatchObject({ halfHour: [0, 0], hour: [0, 0], sixHours: [0, 0] });
    const key = await fetch(`${runtime.url}/v1/processes/rolling-sessions/keys/u`);
    expect(await key.json()).toMatchObject({ state: {}, timers: [] });
  });

  it('releases A and B of one driver, each once', async () => {
    const texts = (await rows('release-messages', 2)).map((row) => (row as { text: string }).text);
    expect(texts.sort()).toEqual(['A', 'B']);
  });

  it('alerts once when a device is silent for a minute', async () => {
    expect(await rows('heartbeat', 1)).toMatchObject([{ device: 'device-1' }]);
  });
}, 300_000);
