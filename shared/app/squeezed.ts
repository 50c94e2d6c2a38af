import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** More than this cannot come from an item of ours; a bomb stops here. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;

/** Less than this stays as it is: it fits one write unit, and compression costs more time than all else on its way. */
const COMPRESS_FROM_BYTES = 700;

/** How zstd begins; a body that is not compressed begins with the length of its columns, which is never so great. */
const ZSTD_MAGIC = 0xfd2fb528;

/** What comes out is taken in pieces of so many bytes; the first of them stays, see `unpooled`. */
const PIECE_BYTES = 1_024;

const UNPACK = { maxOutputLength: MAX_UNPACKED_BYTES, chunkSize: PIECE_BYTES };

/** The bytes alone: where few of a large buffer are kept, all of it stays alive. */
const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);

/**
 * What a call of zlib gives, without Buffer's pool. The object behind such a call goes with the next collection of the old
 * generation only, and with it the first of its pieces: cut from the pool, that piece kept 64 kB, and so all that came out.
 */
const unpooled = (call: () => Uint8Array): Uint8Array => {
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  try {
    return alone(call());
  } finally {
    Buffer.poolSize = poolSize;
  }
};

/** Bytes as they are stored: compressed where that is worth it. */
export const squeezed = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length < COMPRESS_FROM_BYTES) return bytes;
  return unpooled(() => zstdCompressSync(bytes, { chunkSize: Math.min(bytes.length, PIECE_BYTES) }));
};

/** The inverse of `squeezed`. Throws for bytes that it did not make. */
export const unsqueezed = (body: Uint8Array): Uint8Array => {
  const compressed = body.length >= 4 && new DataView(body.buffer, body.byteOffset).getUint32(0, true) === ZSTD_MAGIC;
  return compressed ? unpooled(() => zstdDecompressSync(body, UNPACK)) : body;
};
