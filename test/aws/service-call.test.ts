import { createHash, createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsEndpoint, makeServiceCall } from '../../shared/aws/service-call.ts';
import { type ServiceRequest, startHttpService } from '../support/http-service.ts';

const REGION = 'eu-west-1';
/** What is used at a loopback address, whatever else the machine has. */
const KEY = { id: 'local', secret: 'local' };
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:push:live';

let service: Awaited<ReturnType<typeof startHttpService>>;
beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', KEY.id);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', KEY.secret);
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  service = await startHttpService(() => ({ status: 200 }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.close();
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The signature that AWS finds for a request that arrived, by the rules of Signature Version 4. */
function signatureOf({ method, path, headers, body }: ServiceRequest, name: string): string {
  const authorization = String(headers.authorization);
  const [, scope = '', signedHeaders = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+),/.exec(authorization) ?? [];
  const canonical = [
    method,
    // Encoded once more, segment by segment, as it is for every service but S3.
    path.split('/').map(encodeURIComponent).join('/'),
    '',
    ...signedHeaders.split(';').map((header) => `${header}:${String(headers[header]).trim()}`),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n');
  const time = String(headers['x-amz-date']);
  expect(scope).toBe(`${time.slice(0, 8)}/${REGION}/${name}/aws4_request`);
  const key = [time.slice(0, 8), REGION, name, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${KEY.secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
}

describe('a call of a service', () => {
  it.each([
    ['sns', '/', 'Action=PublishBatch&Message=%E8%AA%9E'],
    ['events', '/', '{"Entries":[]}'],
    ['lambda', `/2015-03-31/functions/${encodeURIComponent(ARN)}/invocations`, '{"text":"語"}'],
  ] as const)('P20: to %s is signed as AWS checks it, with all that it carries', async (name, path, body) => {
    const call = makeServiceCall(name, { region: REGION, endpoint: service.endpoint });
    const headers = { 'content-type': 'application/json', 'x-amz-client-context': 'e30=' };
    expect(await call({ path, headers, body }, 5_000)).toMatchObject({ status: 200 });
    const [arrived] = service.requests;
    expect(arrived).toMatchObject({ method: 'POST', path, body });
    const authorization = String(arrived?.headers.authorization);
    const [, id, signedHeaders, signature] =
      /Credential=([^/]+)\/.*SignedHeaders=([^,]+), Signature=(.+)$/.exec(authorization) ?? [];
    expect(id).toBe(KEY.id);
    expect(signedHeaders?.split(';')).toEqual(
      expect.arrayContaining(['content-type', 'host', 'x-amz-client-context', 'x-amz-date']),
    );
    expect(signature).toBe(signatureOf(arrived as ServiceRequest, name));
  });

  it('ends in time where no answer comes', async () => {
    await service.close();
    service = await startHttpService(() => 'silence');
    const call = makeServiceCall('sns', { region: REGION, endpoint: service.endpoint });
    await expect(call({ path: '/', headers: {}, body: '' }, 50)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('uses a connection again', async () => {
    const call = makeServiceCall('events', { region: REGION, endpoint: service.endpoint });
    await call({ path: '/', headers: {}, body: '{}' }, 5_000);
    const answers = await Promise.all([1, 2].map(() => call({ path: '/', headers: {}, body: '{}' }, 5_000)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(service.connections()).toBe(2);
  });

  it.each([
    ['sns', 'eu-west-1', 'https://sns.eu-west-1.amazonaws.com'],
    ['events', 'us-gov-west-1', 'https://events.us-gov-west-1.amazonaws.com'],
    ['lambda', 'cn-north-1', 'https://lambda.cn-north-1.amazonaws.com.cn'],
  ] as const)('to %s in %s goes to where AWS has it', (name, region, endpoint) => {
    expect(awsEndpoint(name, region)).toBe(endpoint);
  });
});
