import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeSend } from '../../functions/send/send.ts';
import { makeTickFunction } from '../../functions/tick/tick.ts';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import { contextWith, type scheduledEvent, sqsEvent } from '../functions/events.ts';
import { type Api, MORNING, makeReadyApi, toEvent } from '../support/api.ts';
import { hostileText } from './hostile.ts';
import { SEED } from './seed.ts';

const MAX_PROBLEM_BYTES = 2_048;
const CONTROL_THAT_A_BULK_LEAVES = /^(idempotency#|cursor$)/;

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'TRACE', '__proto__'] as const;
const PATHS = [
  '/v1/messages',
  '/v1/messages/driver-42',
  '/v1/messages/msg_EAABzZkIAAMAB0AAAAAAAAAAAF/explain',
  '/v1/targets/push',
  '/v1/targets/push/rotate-secret',
  '/v1/dead-letters/redrive',
  '/v1/dead-letters',
  '/v1/buckets',
  '/v1/status',
];
const BODIES = [JSON.stringify(MORNING), '{"kind":"none"}', '{"target":"push"}', `[${JSON.stringify(MORNING)}]`];
const TYPES = ['application/json', 'application/x-ndjson', 'application/json; charset=utf-8'];
const QUERIES = ['', 'limit=2', 'cursor=eyJzdHJpcGUiOjAsImFmdGVyIjoifn5-In0', 'from=2026-11-21T00:00:00Z'];

/** An event as a gateway makes it from any request. */
const request = fc
  .record({
    method: fc.constantFrom(...METHODS),
    path: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...PATHS) },
      { weight: 1, arbitrary: hostileText(PATHS).map((path) => (path.startsWith('/') ? path : `/${path}`)) },
    ),
    query: hostileText(QUERIES),
    body: fc.option(hostileText(BODIES), { nil: undefined }),
    type: hostileText(TYPES),
    key: hostileText(['k-1']),
    prefer: hostileText(['return=minimal']),
    isBase64Encoded: fc.boolean(),
  })
  .map(({ method, path, query, body, type, key, prefer, isBase64Encoded }) =>
    toEvent(method, path, {
      query,
      headers: { 'content-type': type, 'idempotency-key': key, prefer },
      event: { isBase64Encoded, ...(body !== undefined && { body }) },
    }),
  );

/** What is stored and queued but for what a bulk call notes of itself. */
const kept = (api: Api): string =>
  JSON.stringify([api.store.items().filter(({ pk }) => !CONTROL_THAT_A_BULK_LEAVES.test(pk)), api.queue.hints()]);

/** The event with one of its fields, at any depth, exchanged for anything at all. */
const withAnything = (event: object) =>
  fc
    .tuple(
      fc.constantFrom(
        'rawPath',
        'rawQueryString',
        'headers',
        'requestContext',
        'body',
        'isBase64Encoded',
        'http',
        'method',
        'path',
        'requestId',
        'content-type',
      ),
      fc.anything({ maxDepth: 2 }),
    )
    .map(([field, value]) => {
      const swap = (part: unknown): unknown =>
        typeof part === 'object' && part !== null
          ? Object.fromEntries(
              Object.entries(part).map(([name, inner]) => [name, name === field ? value : swap(inner)]),
            )
          : part;
      return swap(event) as APIGatewayProxyEventV2;
    });

describe('ingest', () => {
  test('answers any request with what the document says, and stores nothing where it refuses', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (event) => {
        const api = await makeReadyApi();
        const before = kept(api);
        const { http } = event.requestContext;
        // An answer to HEAD has no body to check.
        const { status, body } = await api.send(event, http.method === 'HEAD' ? 'unchecked' : 'checked');
        expect(status, `${http.method} ${http.path}`).toBeLessThan(500);
        if (status < 400) return;
        expect(kept(api)).toBe(before);
        expect(Buffer.byteLength(JSON.stringify(body ?? ''))).toBeLessThanOrEqual(MAX_PROBLEM_BYTES);
      }),
      { seed: SEED, numRuns: 600 },
    );
  });

  test('answers what no gateway sends, and stores nothing that it does not say', async () => {
    const event = toEvent('PUT', '/v1/messages/driver-42', { body: MORNING });
    await fc.assert(
      fc.asyncProperty(withAnything(event), async (odd) => {
        const api = await makeReadyApi();
        const before = kept(api);
        const { status } = await api.send(odd, 'unchecked');
        expect(Number.isInteger(status)).toBe(true);
        if (status >= 400) expect(kept(api)).toBe(before);
      }),
      { seed: SEED, numRuns: 600 },
    );
  });

  test.each([null, undefined, 0, 'x', []])('answers the event %j', async (event) => {
    const api = await makeReadyApi();
    expect((await api.send(event as unknown as APIGatewayProxyEventV2, 'unchecked')).status).toBeGreaterThanOrEqual(
      400,
    );
  });
});

describe('send', () => {
  const setUp = () => {
    const worked: unknown[] = [];
    const telemetry = makeMemoryTelemetry();
    const work = async (unit: unknown) => {
      worked.push(unit);
      return 'settled' as const;
    };
    return { worked, telemetry, send: makeSend({ sender: { work }, clock: makeVirtualClock(epochMs(0)), telemetry }) };
  };
  const pointer = encodePointer({ segment: { timeline: 'send', minute: 29_921_760, shard: 3 }, lane: 'E' });

  test('F16 works on pointers, reports every other body, and notes nothing of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileText([pointer]), { maxLength: 10 }), async (bodies) => {
        const { send, worked, telemetry } = setUp();
        const event = sqsEvent(Object.fromEntries(bodies.map((body, n) => [`m${n}`, body])));
        const { batchItemFailures } = await send(event, contextWith(60_000));
        expect(worked.length + batchItemFailures.length).toBe(bodies.length);
        const notes = telemetry.notes.map(({ fields }) => Object.keys(fields).join());
        expect(notes).toEqual(batchItemFailures.map(() => 'messageId'));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('takes a body that is anything at all for no pointer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (body) => {
        const { send, worked } = setUp();
        const event = sqsEvent({ odd: '', good: pointer });
        const [odd, good] = event.Records;
        const records = { Records: [{ ...odd, body }, good] } as SQSEvent;
        expect(await send(records, contextWith(60_000))).toEqual({ batchItemFailures: [{ itemIdentifier: 'odd' }] });
        expect(worked.length).toBe(1);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('refuses an event without records as a whole, so that nothing counts as done', async () => {
    for (const event of [{}, { Records: null }, { Records: {} }]) {
      const { send, worked } = setUp();
      await expect(send(event as SQSEvent, contextWith(60_000))).rejects.toThrow(TypeError);
      expect(worked).toEqual([]);
    }
  });
});

test('F04 tick runs the same whatever its event is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.anything(), async (event) => {
      const runs: unknown[] = [];
      const run = async (options: unknown) => {
        runs.push(options);
        return { openedThrough: 2, settledThrough: 1, hints: 0, complete: true };
      };
      const tick = makeTickFunction({ tick: { run }, telemetry: makeMemoryTelemetry() });
      await tick(event as ReturnType<typeof scheduledEvent>, contextWith(55_000));
      expect(runs).toEqual([{ budgetMs: 47_000 }]);
    }),
    { seed: SEED, numRuns: 200 },
  );
});
