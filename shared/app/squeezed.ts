import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** More than this cannot come from an item of ours; a bomb stops here. */
const MAX_UNPACKED_BYTES = 8 * 1024 * 1024;

/** Less than this stays as it is: it fits one write unit, and compression costs more time than all else on its way. */
const COMPRESS_FROM_BYTES = 700;

/** How zstd begins; a body that is not compressed begins with the length of its columns, which is never so great. */
const ZSTD_MAGIC = 0xfd2fb528;

/** Bytes as they are stored: compressed where that is worth it. */
export const squeezed = (bytes: Uint8Array): Uint8Array =>
  // Of its usual 16 kB the few bytes that come out would keep all alive.
  bytes.length < COMPRESS_FROM_BYTES ? bytes : zstdCompressSync(bytes, { chunkSize: bytes.length });

/** The inverse of `squeezed`. Throws for bytes that it did not make. */
export const unsqueezed = (body: Uint8Array): Uint8Array => {
  const compressed = body.length >= 4 && new DataView(body.buffer, body.byteOffset).getUint32(0, true) === ZSTD_MAGIC;
  return compressed ? zstdDecompressSync(body, { maxOutputLength: MAX_UNPACKED_BYTES }) : body;
};
