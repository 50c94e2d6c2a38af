import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listen } from '../../shared/local/server.ts';
import { SECRET_CANARY } from '../support/canary.ts';
import { type ChildRuntime, endChildren, runChild, startChild } from './child-runtime.ts';
import { linesOf, makeClient } from './client.ts';
import { startReceiver, until } from './receiver.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'meridian-main-'));
});

afterEach(async () => {
  await endChildren();
  await rm(root, { recursive: true, force: true });
});

const PATIENCE_MS = 30_000;

/** One sentence for people, no stack, nothing on standard output. */
const expectSentence = (run: Awaited<ReturnType<typeof runChild>>, says: RegExp): void => {
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr.trimEnd()).toMatch(says);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
};

/** A start takes a second: each signal ends a runtime that a test has anyway. */
const expectEnd = async (child: ChildRuntime, signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): Promise<void> => {
  expect(await child.end(signal)).toBe(0);
  await expect(fetch(child.url)).rejects.toThrow();
};

describe('npm start', () => {
  test(
    'is ready with the first line of --json, answers, and ends on SIGINT with status 0',
    async () => {
      const child = await startChild(join(root, 'data'));
      expect(child.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(await makeClient(child.url).status()).toMatchObject({ status: 200, body: { counts: { accepted: 0 } } });
      await expectEnd(child, 'SIGINT');
    },
    PATIENCE_MS,
  );

  test(
    'K8 says so where a handler leaves work behind that fails, and goes on',
    async () => {
      const processes = fileURLToPath(new URL('./hanging-process.ts', import.meta.url));
      const child = await startChild(join(root, 'data'), { processes });
      const path = `${child.url}/v1/processes/hanging`;
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ key: 'a', value: { text: SECRET_CANARY } });
      expect(await fetch(`${path}/elements`, { method: 'POST', headers, body })).toMatchObject({ status: 202 });
      await until(() => child.said().split('\n').length > 2, PATIENCE_MS);
      expect(new Set(child.said().trim().split('\n'))).toEqual(
        new Set([expect.stringMatching(/^A promise that nobody awaits .* ctx\.call makes asynchronous calls\.$/)]),
      );
      const view = (await (await fetch(`${path}/keys/a`)).json()) as { readonly state: unknown };
      expect(view.state).toEqual({ last: SECRET_CANARY });
      expect(await child.end('SIGTERM')).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    'a second process on the same directory says so and harms nothing; SIGHUP and SIGTERM end one with status 0',
    async () => {
      const data = join(root, 'data');
      const first = await startChild(data);
      expectSentence(
        await runChild(['--json', '--port', '0', '--data', data]),
        new RegExp(`^Another process uses the data in ${data}: stop it, or choose another directory with --data\\.$`),
      );
      expect(await makeClient(first.url).putTarget('push', { kind: 'none' })).toMatchObject({ status: 201 });
      await expectEnd(first, 'SIGHUP');
      const next = await startChild(data);
      expect(await makeClient(next.url).putTarget('push', { kind: 'none' })).toMatchObject({ status: 200 });
      await expectEnd(next, 'SIGTERM');
    },
    PATIENCE_MS,
  );

  test(
    'a port that is taken',
    async () => {
      const other = createServer();
      const port = await listen(other, 0);
      const run = await runChild(['--port', String(port), '--data', join(root, 'data')]);
      expectSentence(run, new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is taken`));
      await new Promise((resolve) => other.close(resolve));
    },
    PATIENCE_MS,
  );

  test(
    'data of another version',
    async () => {
      await writeFile(join(root, 'format'), 'meridian data, version 7\n');
      expectSentence(
        await runChild(['--port', '0', '--data', root]),
        /of version 7, and this Meridian reads version 2/,
      );
      expect(await readdir(root)).toEqual(['format']);
      expect(await readFile(join(root, 'format'), 'utf8')).toBe('meridian data, version 7\n');
    },
    PATIENCE_MS,
  );

  test.each([
    ['a directory that is a file', (file: string) => ['--data', file], /is no directory/],
    ['a port that is none', () => ['--port', '65536'], /Give a port from 1 to 65535, or 0/],
    ['an option that there is not', () => ['--prot', '1'], /unknown option '--prot'/],
  ])(
    '%s',
    async (_name, argsFor, says) => {
      const file = join(root, 'file');
      await writeFile(file, '');
      const run = await runChild(argsFor(file));
      expect(run).toMatchObject({ code: 1, stdout: '' });
      expect(run.stderr).toMatch(says);
      expect(run.stderr).not.toMatch(/\n\s+at /);
    },
    PATIENCE_MS,
  );

  test(
    'F19: killed and started again, it sends what is overdue at once, and nothing twice that was not in doubt',
    async () => {
      const receiver = await startReceiver();
      const data = join(root, 'data');
      const first = await startChild(data);
      const client = makeClient(first.url);
      await client.putTarget('push', { kind: 'http', url: receiver.url });
      const dueAt = new Date(Date.now() + 4_000).toISOString();
      await client.putMessage('keyed', { target: 'push', at: dueAt, payload: 0 });
      await client.postLines(
        'bulk',
        linesOf(20, (n) => ({ target: 'push', at: dueAt, payload: n })),
      );
      expect(await first.end('SIGKILL')).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 4_500));
      expect(receiver.received).toHaveLength(0);
      const next = await startChild(data);
      // At once: the lease of the process that was killed would hold it back for 20 s.
      await until(() => receiver.counts.size === 21, 10_000);
      expect(receiver.received).toHaveLength(21);
      expect(await makeClient(next.url).getMessage('keyed')).toMatchObject({ body: { state: 'sent', attempts: 1 } });
      await receiver.close();
    },
    PATIENCE_MS,
  );
});
