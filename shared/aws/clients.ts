import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../ports/clock.ts';
import { type ClientOptions, clientConfig } from './client-config.ts';
import { addLeanPut } from './dynamo/lean-put.ts';
import { reportSkew } from './server-date.ts';
import { Sha256 } from './sha256.ts';

export type DynamoClientOptions = ClientOptions & {
  /** Told with each answer how far this process's clock is ahead of DynamoDB's (F36). */
  readonly skew?: { readonly clock: Clock; readonly onSkew: (aheadMs: number) => void };
};

export function makeDynamoClient(options: DynamoClientOptions): DynamoDBClient {
  const { region, skew } = options;
  const onDate = skew && { onDate: reportSkew(skew.clock, skew.onSkew) };
  const config = clientConfig({ ...options, ...onDate });
  const { credentials = defaultProvider() } = config;
  const client = new DynamoDBClient({
    ...config,
    credentials,
    // Else one is made for each call, out of all that the client is set to.
    signer: new SignatureV4({ service: 'dynamodb', region, credentials, sha256: Sha256 }),
    // Each would cost a look-up a call and change nothing for us.
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabled: false,
    // The stack of middlewares is the same for all calls of an operation; put together anew it took a fifth of one.
    cacheMiddleware: true,
    // The default checks the alphabet by a pattern first: two thirds of the time that a page takes.
    base64Decoder: decodeBase64,
  });
  leaveOut(client);
  addLeanPut(client);
  return client;
}

/** Two steps of each call that do nothing for us and take a sixth of its time. */
function leaveOut({ middlewareStack }: DynamoDBClient): void {
  // The adapters repeat, see `maxAttempts`. Others stand behind this one by its name, so it cannot go.
  middlewareStack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  });
  middlewareStack.remove('getUserAgentMiddleware');
}

/** Plain bytes: a `Buffer` slices, prints and compares in ways of its own. */
function decodeBase64(text: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64');
  return new Uint8Array(buffer, byteOffset, byteLength);
}
