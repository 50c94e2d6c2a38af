import { hash } from 'node:crypto';

type SourceData = string | ArrayBuffer | ArrayBufferView;

const BLOCK_BYTES = 64;
const INNER = 0x36;
const OUTER = 0x5c;

/**
 * SHA-256, and HMAC with it (RFC 2104), for the SDK's signatures. The SDK's own makes objects of Node's for each hash and each
 * key, which take half of the time of a signature; these are calls of one function.
 */
export class Sha256 {
  readonly #key: Buffer | undefined;
  #parts: Buffer[] = [];

  constructor(secret?: SourceData) {
    this.#key = secret === undefined ? undefined : blockOf(bytesOf(secret));
  }

  update(data: SourceData): void {
    this.#parts.push(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    const key = this.#key;
    if (key === undefined) return sha256(this.#parts);
    return sha256([key.map((byte) => byte ^ OUTER), sha256([key.map((byte) => byte ^ INNER), ...this.#parts])]);
  }

  reset(): void {
    this.#parts = [];
  }
}

const sha256 = (parts: readonly Uint8Array[]): Buffer => {
  const [only] = parts;
  return hash('sha256', only !== undefined && parts.length === 1 ? only : Buffer.concat(parts), 'buffer');
};

/** A key as long as a block: a longer one is hashed first. */
const blockOf = (key: Buffer): Buffer => {
  const block = Buffer.alloc(BLOCK_BYTES);
  (key.length > BLOCK_BYTES ? sha256([key]) : key).copy(block);
  return block;
};

const bytesOf = (data: SourceData): Buffer => {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
};
