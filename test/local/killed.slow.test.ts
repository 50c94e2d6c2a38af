import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endChildren, runChild, startChild } from './child-runtime.ts';
import { linesOf, makeClient } from './client.ts';
import { type Receiver, startReceiver, until } from './receiver.ts';

/** Longer than a lease of 20 s and the skew that others grant. */
const FROZEN_MS = 26_000;
const PATIENCE_MS = 60_000;
/** Attempts to one target that are under way at once, at most. */
const AT_ONCE = 256;

let root: string;
let data: string;
let receiver: Receiver;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'meridian-killed-'));
  data = join(root, 'data');
  receiver = await startReceiver();
});

afterEach(async () => {
  await endChildren();
  await receiver.close();
  await rm(root, { recursive: true, force: true });
});

/** Schedules messages evenly over a span from a second ahead on; returns the acknowledged ids. */
const schedule = async (url: string, call: string, { count, spanMs }: { count: number; spanMs: number }) => {
  const client = makeClient(url);
  await client.putTarget('push', { kind: 'http', url: receiver.url });
  const fromMs = Date.now() + 1_500;
  const at = (n: number) => new Date(fromMs + (n * spanMs) / count).toISOString();
  const { status, body } = await client.postLines(
    call,
    linesOf(count, (n) => ({ target: 'push', at: at(n), payload: { n } })),
  );
  expect(status).toBe(202);
  return (body as { items: { id: string }[] }).items.map(({ id }) => id);
};

const tally = (ids: readonly string[]) => {
  const late = receiver.received.map(({ headers, atMs }) => atMs - Date.parse(String(headers['meridian-due-at'])));
  return {
    lost: ids.filter((id) => !receiver.counts.has(id)).length,
    unexpected: [...receiver.counts.keys()].filter((id) => !ids.includes(id)).length,
    early: late.filter((ms) => ms < 0).length,
    twice: receiver.received.length - receiver.counts.size,
  };
};

const arrived = (ids: readonly string[]) => until(() => receiver.counts.size >= ids.length, PATIENCE_MS);

test('F14 P1 P3: frozen for longer than its lease and woken up, it loses none and repeats only what was under way', async () => {
  const runtime = await startChild(data);
  const ids = await schedule(runtime.url, 'all', { count: 600, spanMs: 6_000 });
  await until(() => receiver.counts.size >= 100, PATIENCE_MS);
  process.kill(runtime.pid, 'SIGSTOP');
  await sleep(FROZEN_MS);
  process.kill(runtime.pid, 'SIGCONT');
  await arrived(ids);
  const { twice, ...rest } = tally(ids);
  expect(rest).toEqual({ lost: 0, unexpected: 0, early: 0 });
  expect(twice).toBeLessThanOrEqual(AT_ONCE);
  expect(await runtime.end('SIGTERM')).toBe(0);
});

describe('a full disk', () => {
  test('ends it with a clear sentence, and nothing that was acknowledged is lost', async () => {
    const runtime = await startChild(data, { fileBlocks: 2_000 });
    const client = makeClient(runtime.url);
    await client.putTarget('push', { kind: 'http', url: receiver.url });
    const at = new Date(Date.now() + 20_000).toISOString();
    const payload = { text: 'x'.repeat(20_000) };
    const ids: string[] = [];
    const put = async (n: number) => {
      const { status, body } = await client.putMessage(`k${n}`, { target: 'push', at, payload });
      if (status === 202) ids.push((body as { id: string }).id);
      return status === 202;
    };
    let goesOn = true;
    for (let n = 0; n < 400 && goesOn; n += 1) goesOn = await put(n).catch(() => false);
    expect(goesOn).toBe(false);
    expect(ids.length).toBeGreaterThan(5);
    expect(await runtime.end('SIGTERM')).toBe(1);
    expect(runtime.said()).toMatch(
      /^The data in .* can be written no more, the disk is full: make room and start again\. .*\n$/,
    );
    const next = await startChild(data);
    await arrived(ids);
    expect(tally(ids)).toMatchObject({ lost: 0, early: 0, twice: 0 });
    expect(await next.end('SIGTERM')).toBe(0);
  });

  test('on which nothing can be started says so', async () => {
    const run = await runChild(['--json', '--port', '0', '--data', data], { fileBlocks: 0 });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^The data directory .* choose another with --data\.\n$/);
  });
});

describe('a data file that was cut short', () => {
  /** Messages that are due after all starts of the test, in a database that was killed. */
  const prepare = async (starts: number): Promise<string[]> => {
    let runtime = await startChild(data);
    const ids = await schedule(runtime.url, 'all', { count: 300, spanMs: 6_000 });
    await runtime.end('SIGKILL');
    // Each start writes what the log of the one before holds into a table.
    for (let n = 1; n < starts; n += 1) {
      runtime = await startChild(data);
      await runtime.end('SIGKILL');
    }
    return ids;
  };

  const cut = async (extension: string, share: number): Promise<void> => {
    const names = (await readdir(join(data, 'dynamo'))).filter((name) => name.includes(extension));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const file = join(data, 'dynamo', name);
      await truncate(file, Math.floor((await stat(file)).size * share));
    }
  };

  test.each(['.ldb', 'MANIFEST'])(
    'is told as damage where it is %s, and nothing is sent from what is left',
    async (file) => {
      await prepare(2);
      const before = receiver.received.length;
      await cut(file, 0.5);
      const run = await runChild(['--json', '--port', '0', '--data', data]);
      expect(run).toMatchObject({ code: 1, stdout: '' });
      expect(run.stderr).toMatch(/^The data in .* is damaged: restore it from a copy, or choose .*\n$/);
      expect(receiver.received.length).toBe(before);
    },
  );

  test('is as a crash in the middle of a write where it is the last log: what was before is sent', async () => {
    const ids = await prepare(1);
    await cut('.log', 0.995);
    const runtime = await startChild(data);
    const client = makeClient(runtime.url);
    expect(await client.putMessage('k', { target: 'push', delay: 'PT1S', payload: { n: 'k' } })).toMatchObject({
      status: 202,
    });
    await arrived([...ids, 'k']);
    expect(tally(ids)).toMatchObject({ lost: 0, early: 0 });
  });
});

test('P19 F36: its clock set back by an hour and put right again, it loses none and sends none twice or early', async () => {
  const file = join(root, 'set-back');
  const circumstances = { preload: './test/local/shifted-clock.ts', env: { CLOCK_SET_BACK: file } };
  const runtime = await startChild(data, circumstances);
  const ids = await schedule(runtime.url, 'all', { count: 300, spanMs: 6_000 });
  await until(() => receiver.counts.size >= 50, PATIENCE_MS);
  await writeFile(file, '');
  await sleep(3_000);
  const { status, body } = await makeClient(runtime.url).putMessage('behind', {
    target: 'push',
    delay: 'PT1S',
    payload: { n: 'behind' },
  });
  expect(status).toBe(202);
  const behind = (body as { id: string }).id;
  await until(() => receiver.counts.has(behind), PATIENCE_MS);
  await rm(file);
  await arrived([...ids, behind]);
  await sleep(1_000);
  const sentBefore = receiver.received.filter(({ headers }) => headers['webhook-id'] !== behind);
  expect(sentBefore.length).toBe(ids.length);
  expect(tally([...ids, behind])).toEqual({ lost: 0, unexpected: 0, early: 0, twice: 0 });
  expect(await runtime.end('SIGTERM')).toBe(0);
});

test('started twice at the same moment, one works and the others say why they do not', async () => {
  const args = ['--json', '--port', '0', '--data', data];
  const starts = await Promise.allSettled([startChild(data), startChild(data), startChild(data)]);
  const refusals = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason.message)] : []));
  expect(refusals.length).toBe(2);
  for (const refusal of refusals) {
    expect(refusal).toMatch(/^The runtime did not start: Another process uses the data in .* with --data\.\n$/);
  }
  expect((await runChild(args)).stderr).toMatch(/^Another process uses the data in /);
  const [runtime] = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const ids = await schedule(runtime?.url ?? '', 'all', { count: 20, spanMs: 500 });
  await arrived(ids);
  expect(tally(ids)).toMatchObject({ lost: 0, twice: 0 });
});
