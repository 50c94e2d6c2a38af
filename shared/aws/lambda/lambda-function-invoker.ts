import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionInvoker, InvocationEnd } from '../../ports/function-invoker.ts';
import { callFault } from '../call-fault.ts';
import { type ClientOptions, clientConfig, LONGEST_ATTEMPT_MS } from '../client-config.ts';

/** A call holds its socket until the function ends, and several targets may have hundreds under way. */
const MAX_SOCKETS = 1024;

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
  const client = new LambdaClient(
    clientConfig({ requestTimeoutMs: LONGEST_ATTEMPT_MS, maxSockets: MAX_SOCKETS, ...options }),
  );
  return {
    invoke: async (functionArn, { payload, context }, timeoutMs) => {
      const command = new InvokeCommand({
        FunctionName: functionArn,
        InvocationType: 'RequestResponse',
        Payload: payload,
        ClientContext: Buffer.from(JSON.stringify({ custom: context })).toString('base64'),
      });
      try {
        return endOf(await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) }));
      } catch (error) {
        return faultOf(error as Error & { readonly retryAfterSeconds?: string });
      }
    },
  };
};

/** A function that throws, is ended or runs out of time still gets status 200 from Lambda, with a name for its error. */
const endOf = ({ FunctionError, Payload }: InvokeCommandOutput): InvocationEnd =>
  FunctionError === undefined
    ? { kind: 'returned' }
    : { kind: 'failed', response: Buffer.from(Payload?.subarray(0, MAX_RESPONSE_BYTES) ?? []).toString('utf8') };

const faultOf = (error: Error & { readonly retryAfterSeconds?: string }): InvocationEnd => {
  if (NOT_STARTED.has(error.name)) return { kind: 'fault', reason: 'unavailable' };
  const seconds = Number(error.retryAfterSeconds ?? Number.NaN);
  const retryAfterMs = Math.min(seconds * MS_PER_SECOND, MAX_RETRY_AFTER_MS);
  return { kind: 'fault', reason: callFault(error, 'Invoke'), ...(retryAfterMs > 0 && { retryAfterMs }) };
};
