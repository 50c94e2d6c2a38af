import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../ports/clock.ts';
import { reportSkew } from './server-date.ts';

export type ClientOptions = {
  readonly region: string;
  /** Where the service is, when it is not AWS's own; a loopback address needs no credentials. */
  readonly endpoint?: string;
  /** From the call to the whole answer. The default is 3 s: a lease is lost by waiting longer. */
  readonly requestTimeoutMs?: number;
};

export type DynamoClientOptions = ClientOptions & {
  /** Told with each answer how far this process's clock is ahead of DynamoDB's (F36). */
  readonly skew?: { readonly clock: Clock; readonly onSkew: (aheadMs: number) => void };
};

const REQUEST_TIMEOUT_MS = 3000;
const MAX_SOCKETS = 128;

export function makeDynamoClient(options: DynamoClientOptions): DynamoDBClient {
  const client = new DynamoDBClient({
    ...commonConfig(options),
    // Each would cost a look-up a call and change nothing for us.
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabled: false,
    // The default checks the alphabet by a pattern first: two thirds of the time that a page takes.
    base64Decoder: decodeBase64,
  });
  if (options.skew !== undefined) reportSkew(client, options.skew.clock, options.skew.onSkew);
  return client;
}

export function makeSqsClient(options: ClientOptions): SQSClient {
  return new SQSClient({
    ...commonConfig(options),
    // TLS guards the bytes; a hash of every body on both ends guards nothing more.
    md5: false,
    // A queue URL is a caller's text: it is not to decide which host gets signed requests.
    useQueueUrlAsEndpoint: false,
  });
}

/** Plain bytes: a `Buffer` slices, prints and compares in ways of its own. */
function decodeBase64(text: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64');
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** One attempt a call: the adapters retry by themselves, because only they know which calls may be repeated. */
function commonConfig({ region, endpoint, requestTimeoutMs = REQUEST_TIMEOUT_MS }: ClientOptions) {
  return {
    region,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    requestHandler: {
      // From the call to the head of the answer, with the time to connect.
      requestTimeout: requestTimeoutMs,
      // Without it the handler only warns.
      throwOnRequestTimeout: true,
      // The request timeout ends with the headers of the answer; this one guards the body.
      socketTimeout: requestTimeoutMs,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    },
    ...(endpoint !== undefined && { endpoint }),
    ...(isLoopback(endpoint) && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  } satisfies DynamoDBClientConfig;
}

function isLoopback(endpoint: string | undefined): boolean {
  return endpoint !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);
}
