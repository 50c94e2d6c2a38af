import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { BulkDeps } from '../../../shared/api/bulk/bulk-run.ts';
import { streamBulk } from '../../../shared/api/bulk/stream-bulk.ts';
import { DEFAULT_LIMITS } from '../../../shared/api/limits.ts';
import type { Intake, MessageDesk } from '../../../shared/app/message-desk.ts';
import type { NewMessage } from '../../../shared/core/message/new-message.ts';
import { Problem } from '../../../shared/core/problem.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';

const NOW = epochMs(Date.UTC(2026, 10, 21, 9));
const HEADERS = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'k' };
const line = (n: number, more = '') =>
  `{"id":"u${n}","target":"push","at":"2026-11-22T00:00:00Z"${more},"payload":{"n":${n}}}\n`;

/** An intake that notes what is done with it. */
const makeDesk = (overrides: Partial<Intake> = {}) => {
  const messages: NewMessage[] = [];
  const calls: string[] = [];
  let keeping = true;
  const intake: Intake = {
    acceptedAt: NOW,
    replayed: false,
    add: (message) => {
      messages.push(message);
      return undefined;
    },
    forgetReceipts: () => {
      keeping = false;
      calls.push('forgetReceipts');
    },
    finish: async (hash) => {
      calls.push(`finish ${hash.slice(0, 8)}`);
      const kept = keeping ? messages : [];
      return { ids: kept.map((_, n) => `msg_${n}`), dueAt: kept.map(({ dueAt }) => dueAt), accepted: messages.length };
    },
    abandon: async () => {
      calls.push('abandon');
    },
    ...overrides,
  };
  const openIntake: MessageDesk['openIntake'] = async (request) => {
    calls.push(`open ${JSON.stringify(request)}`);
    return intake;
  };
  const lookups: string[] = [];
  const deps: BulkDeps = {
    messages: { openIntake } as MessageDesk,
    targetLookup: {
      find: async (name) => {
        lookups.push(name);
        return name === 'push' ? ({} as never) : undefined;
      },
    },
    limits: { ...DEFAULT_LIMITS, bulkItems: 5, bulkErrors: 3 },
    tzVersion: '2026c',
  };
  return { deps, messages, calls, lookups };
};

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array, void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const run = (deps: BulkDeps, text: string, { size = 7, headers = {} }: { size?: number; headers?: object } = {}) =>
  streamBulk({ headers: { ...HEADERS, ...headers }, bytes: chunked(text, size) }, deps);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapAfterCollection = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

describe('a stream of messages', () => {
  test('is taken in order, and its body known by its hash', async () => {
    const { deps, messages, calls, lookups } = makeDesk();
    const text = line(1) + line(2) + line(3).trim();
    const reply = await run(deps, text);
    expect(reply).toMatchObject({
      status: 202,
      body: { accepted: 3, rejected: 0, items: [{ ref: 'u1' }, { ref: 'u2' }, { ref: 'u3' }] },
    });
    expect(messages.map(({ payload }) => payload)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    const hash = createHash('sha256').update(text).digest('hex');
    expect(calls).toEqual(['open {"idempotencyKey":"k","keepReceipts":true}', `finish ${hash.slice(0, 8)}`]);
    expect(lookups).toEqual(['push']);
  });

  test('waits while the intake has no room', async () => {
    let release: () => void = () => undefined;
    const room = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { deps } = makeDesk({ add: () => room });
    let drawn = 0;
    async function* counted() {
      for (let n = 0; n < 100; n += 1) {
        drawn += 1;
        yield Buffer.from(line(n));
      }
    }
    const done = streamBulk({ headers: HEADERS, bytes: counted() }, deps);
    await new Promise(setImmediate);
    expect(drawn).toBe(1);
    release();
    await done;
    expect(drawn).toBe(100);
  });

  test('answers bad lines in their place', async () => {
    const { deps, messages } = makeDesk();
    const bad = [
      '{"id":"u2"\n',
      `{"id":"u3","target":"nowhere","at":"2026-11-22T00:00:00Z","payload":1}\n`,
      `${'x'.repeat(DEFAULT_LIMITS.messageBytes + 1)}\n`,
    ];
    const reply = await run(deps, `${line(1)}${bad.join('')}${line(5)}`, { size: 65_536 });
    expect(reply.body).toMatchObject({
      accepted: 2,
      rejected: 3,
      items: [
        { id: 'msg_0', ref: 'u1' },
        { error: { code: 'MALFORMED_JSON', pointer: '' } },
        { ref: 'u3', error: { code: 'UNKNOWN_TARGET', pointer: '/target' } },
        { error: { code: 'PAYLOAD_TOO_LARGE' } },
        { id: 'msg_1', ref: 'u5' },
      ],
    });
    expect(messages).toHaveLength(2);
  });

  test('answers with counts and the first errors where it is longer than an answer', async () => {
    const { deps, calls } = makeDesk();
    const text = [1, 2, 3, 4].map((n) => `${line(n)}{"id":"bad${n}","target":"push"}\n`).join('');
    const { body } = await run(deps, text);
    expect(body).toEqual({
      accepted: 4,
      rejected: 4,
      errors: [1, 2, 3].map((n) => ({
        index: 2 * n - 1,
        ref: `bad${n}`,
        error: expect.objectContaining({ code: 'REQUIRED' }),
      })),
    });
    expect(calls.filter((call) => call === 'forgetReceipts')).toHaveLength(1);
  });

  test('has items up to the last one that fits', async () => {
    const { deps, calls } = makeDesk();
    const { body } = await run(deps, [1, 2, 3, 4, 5].map((n) => line(n)).join(''));
    expect(body).toMatchObject({ accepted: 5, items: [{}, {}, {}, {}, {}] });
    expect(calls).not.toContain('forgetReceipts');
  });

  test('asks for no receipts where none are shown', async () => {
    const { deps, calls } = makeDesk();
    const { body } = await run(deps, `${line(1)}{"id":"bad"}\n`, { headers: { prefer: 'return=minimal' } });
    expect(body).toEqual({ accepted: 1, rejected: 1 });
    expect(calls[0]).toContain('"keepReceipts":false');
  });

  test('hands the trace of the request on to messages without one', async () => {
    const { deps, messages } = makeDesk();
    const own = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`;
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await run(deps, line(1) + line(2, `,"traceparent":"${own}"`), { headers: { traceparent } });
    expect(messages.map((message) => message.traceparent)).toEqual([traceparent, own]);
    await run(deps, line(3), { headers: { traceparent: 'nonsense' } });
    expect(messages[2]).not.toHaveProperty('traceparent');
  });

  test('spreads messages without an id by their place in this call', async () => {
    const { deps, messages } = makeDesk();
    const text = '{"target":"push","at":"2026-11-22T00:00:00Z","spread":"PT1H","payload":1}\n';
    await run(deps, text + text);
    await run(deps, text + text);
    await run(deps, text, { headers: { 'idempotency-key': 'other' } });
    const [a, b, c, d, e] = messages.map(({ dueAt }) => dueAt);
    expect([c, d]).toEqual([a, b]);
    expect(new Set([a, b, e]).size).toBe(3);
    expect(messages[0]?.unspreadAt).toBe(Date.UTC(2026, 10, 22));
  });

  test.each([
    ['its bytes break off', {}, 'bytes'],
    ['the intake fails', { add: () => Promise.reject(new Error('add')) }, 'add'],
    ['the end fails', { finish: () => Promise.reject(new Problem(422, 'IDEMPOTENCY_KEY_REUSED', 'finish')) }, 'finish'],
    [
      'even the key cannot be given back',
      { add: () => Promise.reject(new Error('add')), abandon: () => Promise.reject(new Error('abandon')) },
      'add',
    ],
  ])('gives the key back where %s', async (_, overrides, message) => {
    const { deps, calls } = makeDesk(overrides);
    async function* broken() {
      yield Buffer.from(line(1));
      if (message === 'bytes') throw new Error('bytes');
    }
    await expect(streamBulk({ headers: HEADERS, bytes: broken() }, deps)).rejects.toThrow(message);
    if (!('abandon' in overrides)) expect(calls.at(-1)).toBe('abandon');
  });

  test.each([
    ['BODY_REQUIRED', [], {}],
    ['BODY_REQUIRED', [Buffer.alloc(0), Buffer.alloc(0)], {}],
    ['UNSUPPORTED_MEDIA_TYPE', [Buffer.from(line(1))], { 'content-type': 'application/json' }],
    ['IDEMPOTENCY_KEY_REQUIRED', [Buffer.from(line(1))], { 'idempotency-key': undefined }],
  ])('is refused before it is opened: %s', async (code, chunks, headers) => {
    const { deps, calls } = makeDesk();
    async function* bytes() {
      yield* chunks;
    }
    await expect(streamBulk({ headers: { ...HEADERS, ...headers }, bytes: bytes() }, deps)).rejects.toMatchObject({
      code,
    });
    expect(calls).toEqual([]);
  });

  test('of any length takes bounded memory', async () => {
    const { deps } = makeDesk({ add: () => undefined });
    const block = Buffer.from(Array.from({ length: 400 }, (_, n) => line(n)).join(''));
    const heap: number[] = [];
    async function* long() {
      for (let n = 0; n < 500; n += 1) {
        if (n % 200 === 50) heap.push(heapAfterCollection());
        yield block;
      }
    }
    const { body } = await streamBulk({ headers: HEADERS, bytes: long() }, deps);
    expect(body).toEqual({ accepted: 200_000, rejected: 0, errors: [] });
    const [early = 0, , late = 0] = heap;
    expect(late - early).toBeLessThan(2 * 1024 * 1024);
  });
});
