import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** More than this cannot come from an item of ours; a bomb stops here. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;

/** Less than this stays as it is: it fits one write unit, and compression costs more time than all else on its way. */
const COMPRESS_FROM_BYTES = 700;

/** How zstd begins; a body that is not compressed begins with the length of its columns, which is never so great. */
const ZSTD_MAGIC = 0xfd2fb528;

/** What comes out is taken in pieces of so many bytes where its size is not known; the first of them stays, see `unpooled`. */
const PIECE_BYTES = 1_024;

/** How a frame of one segment describes itself that has its size in so many bytes: as zstd makes it of a whole in memory. */
const SIZE_IN_2_BYTES = 0x60;
const SIZE_IN_4_BYTES = 0xa0;

const UNPACK = { maxOutputLength: MAX_UNPACKED_BYTES, chunkSize: PIECE_BYTES };

/** The bytes alone: where few of a large buffer are kept, all of it stays alive. */
export const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);

/**
 * What a call of zlib gives, without Buffer's pool. The object behind such a call goes with the next collection of the old
 * generation only, and with it the first of its pieces: cut from the pool, that piece kept 64 kB, and so all that came out.
 */
const unpooled = (call: () => Uint8Array): Uint8Array => {
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  try {
    return call();
  } finally {
    Buffer.poolSize = poolSize;
  }
};

/** Bytes as they are stored: compressed where that is worth it. */
export const squeezed = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length < COMPRESS_FROM_BYTES) return bytes;
  return unpooled(() => alone(zstdCompressSync(bytes, { chunkSize: Math.min(bytes.length, PIECE_BYTES) })));
};

/** What the frame says of the size of all of it, bytes; `undefined` where it says nothing or has an unusual form. */
const sizeOf = (frame: DataView): number | undefined => {
  const descriptor = frame.byteLength > 8 ? frame.getUint8(4) : 0;
  if (descriptor === SIZE_IN_2_BYTES) return frame.getUint16(5, true) + 256;
  return descriptor === SIZE_IN_4_BYTES ? frame.getUint32(5, true) : undefined;
};

/**
 * In one piece where the size is known: pieces of a thousand entries leave the heap of malloc in holes. Taken out of its buffer,
 * as that one stays, and with a byte of room, as zlib would else ask for a second one.
 */
const unpacked = (body: Uint8Array, size: number | undefined): Uint8Array => {
  if (size === undefined || size > MAX_UNPACKED_BYTES) return alone(zstdDecompressSync(body, UNPACK));
  const { buffer, byteOffset, length } = zstdDecompressSync(body, { ...UNPACK, chunkSize: size + 1 });
  return new Uint8Array(buffer.transfer(), byteOffset, length);
};

/** The inverse of `squeezed`. Throws for bytes that it did not make. */
export const unsqueezed = (body: Uint8Array): Uint8Array => {
  const frame = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const compressed = body.length >= 4 && frame.getUint32(0, true) === ZSTD_MAGIC;
  return compressed ? unpooled(() => unpacked(body, sizeOf(frame))) : body;
};
