import { crc32 } from 'node:zlib';

const HEX_DIGITS = 8;

const checksumOf = (text: string, body: Uint8Array | undefined): string =>
  crc32(text, body === undefined ? 0 : crc32(body))
    .toString(16)
    .padStart(HEX_DIGITS, '0');

/** A text that is stored with a checksum of itself, and of the bytes stored beside it, in front (F51). */
export const seal = (text: string, body?: Uint8Array): string => checksumOf(text, body) + text;

/** The text that `seal` was given; `undefined` where it or the bytes are not what they were. */
export const unseal = (sealed: string | undefined, body?: Uint8Array): string | undefined => {
  const text = sealed?.slice(HEX_DIGITS) ?? '';
  return sealed?.slice(0, HEX_DIGITS) === checksumOf(text, body) ? text : undefined;
};
