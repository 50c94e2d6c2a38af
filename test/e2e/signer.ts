import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** A request before it is signed; the path is as it goes over the wire. */
export type Unsigned = {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Gives the headers that a request goes out with. */
export type Signer = (request: Unsigned) => Promise<Record<string, string>>;

/** SHA-256 and its HMAC as the SDK's signer takes them. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === 'string' ? secret : secret && bytesOf(secret);
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error('A signature takes a new hash each time.');
  }
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);

/** Signs calls of an HTTP API as AWS's own SDK does. */
export function signerOf(credentials: Credentials, region: string): Signer {
  const signer = new SignatureV4({ credentials, region, service: 'execute-api', sha256: Sha256 });
  return async ({ method, host, path, query, headers, body }) => {
    const signed = await signer.sign({
      method,
      protocol: 'https:',
      hostname: host,
      path,
      query: { ...query },
      headers: { ...headers, host },
      body,
    });
    return signed.headers;
  };
}

export const unsigned: Signer = ({ host, headers }) => Promise.resolve({ ...headers, host });

/** A signature of somebody who knows the key's id and not its secret. */
export const forgerOf = (credentials: Credentials, region: string): Signer =>
  signerOf({ ...credentials, secretAccessKey: `${credentials.secretAccessKey}x` }, region);
