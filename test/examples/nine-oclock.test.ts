import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { Temporal } from 'temporal-polyfill';
import { afterEach, describe, expect, test } from 'vitest';
import { makeApi, SampleError } from '../../examples/nine-oclock/api.ts';
import { isPerfect, outcomeOf, toTable } from '../../examples/nine-oclock/closing-table.ts';
import { startReceiver, type Tally } from '../../examples/nine-oclock/receiver.ts';
import { firstMinuteAfter, makeLines, zones } from '../../examples/nine-oclock/recipients.ts';
import { closeServer, listen } from '../../shared/local/server.ts';

type Line = { id: string; target: string; local: string; timeZone: string; overlap?: 'later' };

const linesAt = (firstMinute: string, count: number, minutes: number): Line[] =>
  [...makeLines('push', { count, minutes, firstMinute: Temporal.Instant.from(firstMinute) })].map((line) =>
    JSON.parse(line),
  );

const instantOf = ({ local, timeZone, overlap }: Line): string =>
  Temporal.PlainDateTime.from(local)
    .toZonedDateTime(timeZone, { disambiguation: overlap ?? 'earlier' })
    .toInstant()
    .toString();

describe('the recipients', () => {
  test('live in every zone of the tz database', () => {
    const lines = linesAt('2026-11-22T00:00:00Z', 10_000, 2);
    expect(lines).toHaveLength(10_000);
    expect(new Set(lines.map(({ timeZone }) => timeZone)).size).toBe(zones.length);
    expect(zones.length).toBeGreaterThan(400);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(10_000);
  });

  test.each([
    '2026-11-22T00:00:00Z',
    // New York, Havana and others show 01:30 twice that night.
    '2026-11-01T05:30:00Z',
    '2026-11-01T06:30:00Z',
    // Europe goes forward, and Lord Howe back by half an hour a week later.
    '2027-03-28T01:00:00Z',
    '2027-04-03T15:15:00Z',
  ])('have their local times, in their zones, at %s and the minute after', (firstMinute) => {
    const first = Temporal.Instant.from(firstMinute);
    const instants = linesAt(firstMinute, 2 * zones.length, 2).map(instantOf);
    const expected = [first.toString(), first.add({ minutes: 1 }).toString()];
    expect(new Set(instants)).toEqual(new Set(expected));
    expect(instants.filter((instant) => instant === expected[0])).toHaveLength(zones.length);
  });

  test('have time to be scheduled before the first whole minute', () => {
    const at = (text: string) => firstMinuteAfter(Temporal.Instant.from(text), 12).toString();
    expect(at('2026-11-22T00:00:47Z')).toBe('2026-11-22T00:01:00Z');
    expect(at('2026-11-22T00:00:48Z')).toBe('2026-11-22T00:01:00Z');
    expect(at('2026-11-22T00:00:48.001Z')).toBe('2026-11-22T00:02:00Z');
  });
});

describe('the receiver', () => {
  const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  // Made with the reference implementation of Standard Webhooks.
  const SIGNED = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    'meridian-due-at': '2021-02-25T15:02:10.000Z',
  };

  test('counts messages, duplicates, early ones and signatures that are not right', async () => {
    const receiver = await startReceiver(() => SECRET);
    const send = (headers: Record<string, string>) =>
      fetch(receiver.url, { method: 'POST', headers, body: '{"test": 2432232314}' });
    await send(SIGNED);
    await send(SIGNED);
    await send({ ...SIGNED, 'webhook-id': 'msg_other', 'meridian-due-at': '2126-01-01T00:00:00.000Z' });
    expect(receiver.tally).toMatchObject({ duplicates: 1, early: 1, badSignatures: 1 });
    expect([...receiver.tally.ids]).toEqual(['msg_p5jXN8AQM9LWM0D4loKWxJek', 'msg_other']);
    receiver.close();
    await expect(fetch(receiver.url)).rejects.toThrow();
  });
});

describe('the closing table', () => {
  const tally = (more: Partial<Tally> = {}): Tally => ({
    ids: new Set(Array.from({ length: 200 }, (_, n) => `msg_${n}`)),
    latenessMs: Array.from({ length: 200 }, (_, n) => 200 - n),
    duplicates: 0,
    early: 0,
    badSignatures: 0,
    ...more,
  });

  test('has the figures', () => {
    const outcome = outcomeOf(tally(), { accepted: 200, zones: 445 });
    expect(outcome).toMatchObject({ sent: 200, lost: 0, latenessMs: { p50: 100, p99: 198, max: 200 } });
    expect(isPerfect(outcome)).toBe(true);
    expect(toTable(outcome)).toMatch(/accepted +200\n.*sent +200\n.*duplicates +0\n.*lost +0\n[\s\S]*p99 +198 ms/);
  });

  test.each<[string, Partial<Tally>, number]>([
    ['lost', {}, 201],
    ['duplicate', { duplicates: 1 }, 200],
    ['early', { early: 1 }, 200],
    ['badly signed', { badSignatures: 1 }, 200],
  ])('does not hide one that is %s', (_name, more, accepted) => {
    expect(isPerfect(outcomeOf(tally(more), { accepted, zones: 1 }))).toBe(false);
  });

  test('is empty-handed where nothing came', () => {
    const outcome = outcomeOf(tally({ ids: new Set(), latenessMs: [] }), { accepted: 10, zones: 1 });
    expect(outcome).toMatchObject({ sent: 0, lost: 10, latenessMs: { p50: 0, p99: 0, max: 0 } });
  });
});

describe('the API client', () => {
  let close = async (): Promise<void> => {};
  afterEach(() => close());

  test('says in one sentence where nothing answers', async () => {
    const server = createServer();
    const port = await listen(server, 0);
    await closeServer(server, 0);
    const answer = makeApi(`http://127.0.0.1:${port}`).createTarget('x', 'http://127.0.0.1/');
    await expect(answer).rejects.toThrow(SampleError);
    await expect(answer).rejects.toThrow(
      /Nothing answers at http:\/\/127\.0\.0\.1:\d+: run "npm start" in another terminal/,
    );
  });

  test('shows what the API answered when it refused', async () => {
    const server = createServer(async (request, response) => {
      await json(request);
      response.writeHead(422).end('{"code":"HTTPS_REQUIRED"}');
    });
    const port = await listen(server, 0);
    close = () => closeServer(server, 0);
    await expect(makeApi(`http://127.0.0.1:${port}`).createTarget('x', 'http://x/')).rejects.toThrow(
      'PUT /v1/targets/x was answered with 422: {"code":"HTTPS_REQUIRED"}',
    );
  });
});
