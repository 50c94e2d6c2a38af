import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeDynamoClient } from '../../shared/aws/clients.ts';
import { makeDynamoStore } from '../../shared/aws/dynamo/dynamo-store.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeFastClock } from '../support/fast-clock.ts';
import { startHttpService } from '../support/http-service.ts';
import { type Answer, fault, startWire, type Wire } from '../support/wire.ts';

const NOW = epochMs(Date.UTC(2026, 10, 21, 9, 0, 0, 250));
const clock = { now: () => NOW, sleepUntil: () => Promise.resolve() };
const get = new GetItemCommand({ TableName: 'table', Key: { pk: { S: 'p' }, sk: { S: 's' } } });

let wire: Wire;
afterEach(() => wire?.close());

const clientFor = async (answer: (nth: number) => Answer, onSkew: (ms: number) => void = () => {}) => {
  wire = await startWire('http://127.0.0.1:9');
  wire.meddle(async ({ nth }) => answer(nth));
  return makeDynamoClient({ region: 'us-east-1', endpoint: wire.endpoint, skew: { clock, onSkew } });
};

describe('F36: the skew of the clock', () => {
  it.each([
    ['Sat, 21 Nov 2026 09:00:00 GMT', -250],
    ['Sat, 21 Nov 2026 08:59:00 GMT', 59_750],
    ['Sat, 21 Nov 2026 10:00:00 GMT', -3_600_250],
  ])('by an answer of %s is %d ms', async (date, skew) => {
    const seen: number[] = [];
    const client = await clientFor(
      () => ({ status: 200, body: {}, date }),
      (ms) => seen.push(ms),
    );
    await client.send(get);
    expect(seen).toEqual([skew]);
    client.destroy();
  });

  it.each(['', 'yesterday', '2026-11-21'])('is not told by an answer of %j', async (date) => {
    const seen: number[] = [];
    const client = await clientFor(
      () => ({ status: 200, body: {}, date }),
      (ms) => seen.push(ms),
    );
    await client.send(get);
    expect(seen).toEqual([]);
    client.destroy();
  });

  it('that makes a signature invalid is corrected, and the call made again', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const expired = {
      ...(fault(400, 'InvalidSignatureException', 'Signature not yet current') as object),
      date,
    } as Answer;
    const client = await clientFor((nth) => (nth === 1 ? expired : { status: 200, body: {}, date }));
    const tables = { segments: 'a', keys: 'b', control: 'c' };
    const store = makeDynamoStore({ client, tables, clock: makeFastClock(), random: Math.random });
    expect(await store.get({ table: 'keys', pk: 'p', sk: 's' })).toBeUndefined();
    expect(wire.operations).toEqual(['GetItem', 'GetItem']);
    client.destroy();
  });
});

it('a client makes one attempt: the adapters repeat, because they know what may be repeated', async () => {
  const client = await clientFor(() => fault(500, 'InternalServerError'));
  await expect(client.send(get)).rejects.toThrow();
  expect(wire.operations).toEqual(['GetItem']);
  client.destroy();
});

it('a client leaves out what each call of it would do for nothing', async () => {
  const service = await startHttpService(() => ({ status: 200, body: '{}' }));
  const client = makeDynamoClient({ region: 'us-east-1', endpoint: service.endpoint });
  await client.send(get);
  const names = Object.keys(service.requests[0]?.headers ?? {});
  expect(names).toContain('authorization');
  expect(names.filter((name) => /agent|amz-sdk/.test(name))).toEqual([]);
  client.destroy();
  await service.close();
});

describe('P20: at a loopback address a client signs', () => {
  const settings = { region: 'us-east-1', endpoint: 'http://127.0.0.1:9' };
  afterEach(() => vi.unstubAllEnvs());

  it('as who it runs as, for an emulator that checks roles', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIAROLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'token');
    const client = makeDynamoClient(settings);
    const wanted = { accessKeyId: 'ASIAROLE', secretAccessKey: 'secret', sessionToken: 'token' };
    expect(await client.config.credentials()).toMatchObject(wanted);
    client.destroy();
  });

  it('as anybody where it has no credentials, for the engines of a laptop', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const client = makeDynamoClient(settings);
    expect(await client.config.credentials()).toMatchObject({ accessKeyId: 'local' });
    client.destroy();
  });
});
