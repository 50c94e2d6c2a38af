import { fromEnv } from '@aws-sdk/credential-provider-env';
import { makeRequestHandler } from './request-handler.ts';
import { Sha256 } from './sha256.ts';

export type ClientOptions = {
  readonly region: string;
  /** Where the service is, when it is not AWS's own; at a loopback address it may do without credentials. */
  readonly endpoint?: string | undefined;
  /** From the call to the whole answer. The default is 3 s: a lease is lost by waiting longer. */
  readonly requestTimeoutMs?: number;
  /** Told the `Date` of each answer that has one. */
  readonly onDate?: (date: string) => void;
};

const REQUEST_TIMEOUT_MS = 3000;
const MAX_SOCKETS = 128;

/** What all clients have: one attempt a call, because only the adapters know which calls may be repeated. */
export function clientConfig({ region, endpoint, requestTimeoutMs = REQUEST_TIMEOUT_MS, onDate }: ClientOptions) {
  return {
    region,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    sha256: Sha256,
    requestHandler: makeRequestHandler({ timeoutMs: requestTimeoutMs, maxSockets: MAX_SOCKETS, onDate }),
    ...(endpoint !== undefined && { endpoint }),
    ...(isLoopback(endpoint) && { credentials: loopbackCredentials() }),
  } as const;
}

/** Those of the environment, since an emulator may check them; else any pair, since the engines of a laptop do not. */
const loopbackCredentials = () => {
  const found = fromEnv()().catch(() => ({ accessKeyId: 'local', secretAccessKey: 'local' }));
  return () => found;
};

function isLoopback(endpoint: string | undefined): boolean {
  return endpoint !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);
}
