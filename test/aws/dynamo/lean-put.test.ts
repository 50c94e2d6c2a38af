import { createHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeDynamoClient } from '../../../shared/aws/clients.ts';
import { makeDynamoStore } from '../../../shared/aws/dynamo/dynamo-store.ts';
import { Sha256 } from '../../../shared/aws/sha256.ts';
import { itemOf } from '../../contract/item-store/fixtures.ts';
import { makeFastClock } from '../../support/fast-clock.ts';
import { type ServiceRequest, startHttpService } from '../../support/http-service.ts';
import { type Answer, fault, startWire } from '../../support/wire.ts';

const ITEM = itemOf('p', 's', {
  doc: '"ä"',
  body: new Uint8Array([0, 250, 255]),
  counts: { a: 1 },
  expiresAt: 1_800_000_000,
});

const storeAt = (endpoint: string, onSkew: (aheadMs: number) => void = () => {}) => {
  const clock = makeFastClock();
  const client = makeDynamoClient({ region: 'us-east-1', endpoint, skew: { clock, onSkew } });
  const tables = { segments: 'a', keys: 'b', control: 'c' };
  const units: number[] = [];
  const onCapacity = (_operation: string, _table: string, consumed: number) => units.push(consumed);
  const store = makeDynamoStore({ client, tables, clock, random: Math.random, onCapacity });
  return { store, client, units };
};

const CREDENTIALS = { accessKeyId: 'ASIAROLE', secretAccessKey: 'secret', sessionToken: 'token' };

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', CREDENTIALS.sessionToken);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** When a request says that it was signed. */
const signedAt = ({ headers }: ServiceRequest): Date =>
  new Date(String(headers['x-amz-date']).replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3:$4:$5Z'));

/** The signature that a service finds for what it got. */
const signatureOf = async (arrived: ServiceRequest): Promise<string | undefined> => {
  const { headers, body } = arrived;
  const { authorization, connection, 'x-amz-date': _, ...rest } = headers as Record<string, string>;
  const signer = new SignatureV4({
    service: 'dynamodb',
    region: 'us-east-1',
    credentials: CREDENTIALS,
    sha256: Sha256,
  });
  const request = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: '/', headers: rest, body };
  return (await signer.sign(request, { signingDate: signedAt(arrived) })).headers.authorization;
};

it.each(['any', 'absent', 7] as const)(
  'a put over "%s" after the first says what the SDK said, signed',
  async (expected) => {
    const service = await startHttpService(() => ({ status: 200, body: '{}' }));
    const { store, client } = storeAt(service.endpoint);
    await store.put(ITEM, expected);
    await store.put(ITEM, expected);
    const [first, second] = service.requests as [ServiceRequest, ServiceRequest];
    expect(JSON.parse(second.body)).toEqual(JSON.parse(first.body));
    const { authorization, 'x-amz-date': _date, 'x-amz-content-sha256': digest, ...headers } = second.headers;
    expect(first.headers).toMatchObject(headers);
    expect(Object.keys(second.headers).sort()).toEqual(Object.keys(first.headers).sort());
    expect(headers).toHaveProperty('x-amz-security-token', CREDENTIALS.sessionToken);
    expect(digest).toBe(createHash('sha256').update(second.body).digest('hex'));
    expect(authorization).toBe(await signatureOf(second));
    client.destroy();
    await service.close();
  },
);

it('a put after the first tells what it consumed, and the skew of the clock', async () => {
  const body = { ConsumedCapacity: { TableName: 'a', CapacityUnits: 3 } };
  const date = new Date(0).toUTCString();
  const wire = await startWire('http://127.0.0.1:9');
  wire.meddle(async () => ({ status: 200, body, date }));
  const skews: number[] = [];
  const { store, client, units } = storeAt(wire.endpoint, (aheadMs) => skews.push(aheadMs));
  await store.put(ITEM, 'any');
  await store.put(ITEM, 'any');
  expect(units).toEqual([3, 3]);
  expect(skews).toHaveLength(2);
  client.destroy();
  await wire.close();
});

describe('a put after the first that is answered with', () => {
  const answered = async (answer: Answer) => {
    const wire = await startWire('http://127.0.0.1:9');
    wire.meddle(async ({ nth }) => (nth === 2 ? answer : { status: 200, body: {} }));
    const { store, client } = storeAt(wire.endpoint);
    await store.put(ITEM, 'any');
    const told = await store.put(ITEM, 7).catch(({ code }) => code);
    client.destroy();
    await wire.close();
    return { told, calls: wire.operations.length };
  };

  it.each<[string, Answer]>([
    ['throttling', fault(400, 'ProvisionedThroughputExceededException')],
    ['an internal error', fault(500, 'InternalServerError')],
    ['502 of something between', { status: 502, body: 'Bad Gateway' }],
    ['a token that is over', fault(400, 'ExpiredTokenException')],
    ['a cut connection', 'cut'],
    ['half an answer', 'torn'],
    ['no JSON', 'garbage'],
  ])('F26 F27 %s is made again', async (_, answer) => {
    expect(await answered(answer)).toEqual({ told: 'stored', calls: 3 });
  });

  it.each([
    ['another version', 'ConditionalCheckFailedException', 'conflict'],
    ['a refusal', 'ValidationException', 'REJECTED'],
  ])('%s is not', async (_, name, told) => {
    expect(await answered(fault(400, name))).toEqual({ told, calls: 2 });
  });
});

describe('F36 by the clock of the service is signed', () => {
  const HOUR_MS = 3_600_000;
  const date = new Date(Date.now() + HOUR_MS).toUTCString();

  it.each([
    ['a put whose signature was invalid, and that is made again', fault(400, 'InvalidSignatureException'), 2],
    ['a put behind one that was answered', { status: 200, body: {} }, 3],
  ])('%s', async (_, answer, puts) => {
    const { status, body } = answer as Exclude<Answer, string>;
    const service = await startHttpService(() =>
      service.requests.length === 2
        ? { status, body: JSON.stringify(body), headers: { date } }
        : { status: 200, body: '{}' },
    );
    const { store, client } = storeAt(service.endpoint);
    for (let put = 1; put <= puts; put += 1) expect(await store.put(ITEM, 'any')).toBe('stored');
    const [, second = 0, third = 0] = service.requests.map((request) => signedAt(request).getTime());
    expect(Math.round((third - second) / HOUR_MS)).toBe(1);
    client.destroy();
    await service.close();
  });

  it('each of many puts at once, when the clock turns out to be an hour behind', async () => {
    const refused = fault(400, 'InvalidSignatureException') as Exclude<Answer, string>;
    let aheadMs = 0;
    const service = await startHttpService((request) => {
      const now = new Date(Date.now() + aheadMs);
      const isOff = Math.abs(now.getTime() - signedAt(request).getTime()) > 300_000;
      const headers = { date: now.toUTCString() };
      return isOff
        ? { status: 400, body: JSON.stringify(refused.body), headers }
        : { status: 200, body: '{}', headers };
    });
    const { store, client } = storeAt(service.endpoint);
    await store.put(ITEM, 'any');
    aheadMs = HOUR_MS;
    const puts = Array.from({ length: 28 }, () => store.put(ITEM, 'any'));
    expect(new Set(await Promise.all(puts))).toEqual(new Set(['stored']));
    client.destroy();
    await service.close();
  });
});
