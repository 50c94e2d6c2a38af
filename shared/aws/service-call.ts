import { partition } from '@aws-sdk/core/client';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { type ClientOptions, clientConfig } from './client-config.ts';
import { type ExchangeAnswer, exchange, makeConnections } from './exchange.ts';
import { Sha256 } from './sha256.ts';

/*
 * Calls of services of which one operation is used. Their clients of the SDK would make the send function's bundle larger
 * by a third, and slower to start; its signatures and credentials are in the bundle already.
 */

export type ServiceRequest = {
  /** With everything percent-encoded that has to be. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

/** One call within `timeoutMs`, signed, without repeats; rejects where no whole answer came. */
export type ServiceCall = (request: ServiceRequest, timeoutMs: number) => Promise<ExchangeAnswer>;

/** A call holds its socket until it is answered, and several targets may have hundreds under way. */
const MAX_SOCKETS = 1024;

/** A function may answer with megabytes that nobody looks at. */
const MAX_BODY_BYTES = 64 * 1024;

/** The name of a service in its address and in signatures. */
export type ServiceName = 'sns' | 'events' | 'lambda';

/** Where AWS has a service. */
export const awsEndpoint = (service: ServiceName, region: string): string =>
  `https://${service}.${region}.${partition(region).dnsSuffix}`;

/** Makes calls to a service at the given endpoint, or where AWS has it. */
export const makeServiceCall = (service: ServiceName, options: ClientOptions): ServiceCall => {
  const { region, endpoint = awsEndpoint(service, region) } = options;
  const { credentials = defaultProvider() } = clientConfig(options);
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const base = new URL(endpoint);
  const connections = makeConnections(MAX_SOCKETS);
  return async ({ path, headers, body }, timeoutMs) => {
    // From here on: a slow look-up of credentials takes from it.
    const signal = AbortSignal.timeout(timeoutMs);
    const url = new URL(path, base);
    const { protocol, hostname, port, host, pathname } = url;
    const target = { method: 'POST', protocol, hostname, path: pathname };
    const signed = await signer.sign({ ...target, query: {}, headers: { ...headers, host }, body });
    const request = { ...target, port, headers: signed.headers, body };
    return exchange(connections, request, { signal, maxBodyBytes: MAX_BODY_BYTES });
  };
};

/** The refusal of a service, under the name that it gave and with its status, as the SDK's own errors have them. */
export class ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(name: string, httpStatusCode: number) {
    super(`The service answered ${httpStatusCode} ${name}.`);
    this.name = name;
    this.$metadata = { httpStatusCode };
  }
}

/** The error of an answer in JSON: its name is in a header or in the body, possibly with a namespace before or a URL behind. */
export const jsonError = ({ status, headers, body }: ExchangeAnswer): ServiceError => {
  const type = String(headers['x-amzn-errortype'] ?? typeIn(body.toString('utf8')));
  return new ServiceError(/([A-Za-z0-9]+)(?::.*)?$/.exec(type)?.[1] ?? 'UnknownError', status);
};

const typeIn = (text: string): string => /"(?:__type|code)"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '';
