import type { FunctionInvoker, InvocationEnd } from '../../ports/function-invoker.ts';
import { callFault } from '../call-fault.ts';
import type { ClientOptions } from '../client-config.ts';
import type { ExchangeAnswer } from '../exchange.ts';
import { jsonError, makeServiceCall } from '../service-call.ts';

const MAX_RESPONSE_BYTES = 1024;
const MS_PER_SECOND = 1000;
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * MS_PER_SECOND;

/** Lambda could not start the function, by a fault that passes or that its owner can repair. */
const NOT_STARTED = new Set([
  'EC2AccessDeniedException',
  'EC2ThrottledException',
  'EC2UnexpectedException',
  'EFSMountConnectivityException',
  'EFSMountFailureException',
  'EFSMountTimeoutException',
  'ENILimitReachedException',
  'ENINotReadyException',
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
  'ResourceConflictException',
  'ResourceNotReadyException',
  'S3FilesMountConnectivityException',
  'S3FilesMountFailureException',
  'S3FilesMountTimeoutException',
  'SnapStartNotReadyException',
  'SnapStartTimeoutException',
  'SubnetIPAddressLimitReachedException',
]);

/** A {@link FunctionInvoker} on Lambda: synchronous calls, without repeats. */
export const makeLambdaFunctionInvoker = (options: ClientOptions): FunctionInvoker => {
  const call = makeServiceCall('lambda', options);
  return {
    invoke: async (functionArn, { payload, context }, timeoutMs) => {
      const path = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
      const headers = {
        'content-type': 'application/json',
        'x-amz-invocation-type': 'RequestResponse',
        'x-amz-client-context': Buffer.from(JSON.stringify({ custom: context })).toString('base64'),
      };
      try {
        return endOf(await call({ path, headers, body: payload }, timeoutMs));
      } catch (error) {
        return { kind: 'fault', reason: callFault(error, 'Invoke') };
      }
    },
  };
};

/** A function that throws, is ended or runs out of time still gets status 200 from Lambda, with a name for its error. */
const endOf = (answer: ExchangeAnswer): InvocationEnd => {
  const { status, headers, body } = answer;
  if (status !== 200) return faultOf(answer);
  return headers['x-amz-function-error'] === undefined
    ? { kind: 'returned' }
    : { kind: 'failed', response: body.subarray(0, MAX_RESPONSE_BYTES).toString('utf8') };
};

const faultOf = (answer: ExchangeAnswer): InvocationEnd => {
  const error = jsonError(answer);
  const reason = NOT_STARTED.has(error.name) ? 'unavailable' : callFault(error, 'Invoke');
  const retryAfterMs = Math.min(Number(answer.headers['retry-after']) * MS_PER_SECOND, MAX_RETRY_AFTER_MS);
  return { kind: 'fault', reason, ...(reason === 'unavailable' && retryAfterMs > 0 && { retryAfterMs }) };
};
