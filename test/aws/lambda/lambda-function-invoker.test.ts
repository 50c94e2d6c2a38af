import { afterEach, describe, expect, it } from 'vitest';
import { makeLambdaFunctionInvoker } from '../../../shared/aws/lambda/lambda-function-invoker.ts';
import type { MemoryFunction } from '../../../shared/memory/memory-function-invoker.ts';
import { functionInvokerContract } from '../../contract/function-invoker.contract.ts';
import { lostEndpoint, type ServiceAnswer, type ServiceRequest, startHttpService } from '../../support/http-service.ts';

const REGION = 'us-east-1';
const ARN = `arn:aws:lambda:${REGION}:123456789012:function:push`;
const INVOKE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

const error = (status: number, type: string, headers: Record<string, string> = {}): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type, ...headers },
  body: JSON.stringify({ Type: 'User', message: 'simulated' }),
});

const thrown = (kind: string, name: string, message: string): ServiceAnswer => ({
  status: 200,
  headers: { 'x-amz-function-error': kind },
  body: JSON.stringify({ errorType: name, errorMessage: message, trace: [] }),
});

/** Runs functions by the wire format of Invoke, as Lambda does for calls that wait for the answer. */
const runFunctions =
  (functions: Readonly<Record<string, MemoryFunction>>) =>
  async ({ method, path, headers, body }: ServiceRequest): Promise<ServiceAnswer> => {
    const arn = decodeURIComponent(INVOKE.exec(path)?.[1] ?? '');
    const called = functions[arn];
    if (method !== 'POST' || called === undefined) return error(404, 'ResourceNotFoundException');
    if (headers['x-amz-invocation-type'] !== 'RequestResponse') return { status: 202 };
    const context = JSON.parse(Buffer.from(String(headers['x-amz-client-context']), 'base64').toString('utf8'));
    try {
      const returned = await called(JSON.parse(body), context.custom);
      return { status: 200, body: JSON.stringify(returned ?? null) };
    } catch (cause) {
      return thrown('Unhandled', (cause as Error).name, (cause as Error).message);
    }
  };

functionInvokerContract('Lambda by its wire format', async (functions) => {
  const service = await startHttpService(runFunctions(functions));
  return { invoker: makeLambdaFunctionInvoker({ region: REGION, endpoint: service.endpoint }), close: service.close };
});

describe('a function invoker', () => {
  let service: Awaited<ReturnType<typeof startHttpService>> | undefined;
  afterEach(() => service?.close());
  const invoke = async (answer: ServiceAnswer, timeoutMs = 2_000) => {
    service = await startHttpService(() => answer);
    const invoker = makeLambdaFunctionInvoker({ region: REGION, endpoint: service.endpoint });
    return invoker.invoke(ARN, { payload: Buffer.from('{}'), context: {} }, timeoutMs);
  };

  it.each(['Handled', 'Unhandled'])(
    'F22: a function that ended with an error (%s) ran, whatever the status',
    async (kind) => {
      expect(await invoke(thrown(kind, 'Error', 'no'))).toEqual({
        kind: 'failed',
        response: '{"errorType":"Error","errorMessage":"no","trace":[]}',
      });
    },
  );

  it.each<[string, string, ServiceAnswer]>([
    ['refused', 'a function that is not there', error(404, 'ResourceNotFoundException')],
    ['refused', 'a call that is not allowed', error(403, 'AccessDeniedException')],
    ['refused', 'an event that is too large', error(413, 'RequestTooLargeException')],
    ['unavailable', 'a throttle', error(429, 'TooManyRequestsException')],
    ['unavailable', 'a function that is being updated', error(409, 'ResourceConflictException')],
    ['unavailable', 'a network without addresses', error(502, 'SubnetIPAddressLimitReachedException')],
    ['unknown', 'an internal error', error(500, 'ServiceException')],
    ['unknown', 'a cut connection', 'cut'],
    ['unknown', 'half an answer', 'torn'],
  ])('F07: is %s for %s, after one call', async (reason, _, answer) => {
    expect(await invoke(answer)).toEqual({ kind: 'fault', reason });
    expect(service?.requests).toHaveLength(1);
  });

  it('F22: tells how long Lambda wants to be left alone', async () => {
    const answer = error(429, 'TooManyRequestsException', { 'retry-after': '7' });
    expect(await invoke(answer)).toEqual({ kind: 'fault', reason: 'unavailable', retryAfterMs: 7_000 });
  });

  it('does not mind megabytes that a function returns', async () => {
    expect(await invoke({ status: 200, body: JSON.stringify('x'.repeat(5_000_000)) }, 10_000)).toEqual({
      kind: 'returned',
    });
  });

  it('is unavailable where nobody is there', async () => {
    const invoker = makeLambdaFunctionInvoker({ region: REGION, endpoint: await lostEndpoint() });
    const end = invoker.invoke(ARN, { payload: Buffer.from('{}'), context: {} }, 2_000);
    expect(await end).toEqual({ kind: 'fault', reason: 'unavailable' });
  });
});
