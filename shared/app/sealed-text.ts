import { crc32 } from 'node:zlib';
import type { Item, ItemKey } from '../ports/item-store.ts';

const HEX_DIGITS = 8;

const checksumOf = (text: string, body: Uint8Array | undefined, start = 0): string =>
  crc32(text, body === undefined ? start : crc32(body, start))
    .toString(16)
    .padStart(HEX_DIGITS, '0');

/** A text that is stored with a checksum of itself, and of the bytes stored beside it, in front (F51). */
export const seal = (text: string, body?: Uint8Array): string => checksumOf(text, body) + text;

/** The text that `seal` was given; `undefined` where it or the bytes are not what they were. */
export const unseal = (sealed: string | undefined, body?: Uint8Array): string | undefined => {
  const text = sealed?.slice(HEX_DIGITS) ?? '';
  return sealed?.slice(0, HEX_DIGITS) === checksumOf(text, body) ? text : undefined;
};

type Place = Pick<ItemKey, 'pk' | 'sk'>;

/** Of the place, the bytes and the text, one behind the other; where there are no bytes, in one call. */
const checksumAt = ({ pk, sk }: Place, text: string, body: Uint8Array | undefined): string =>
  body === undefined ? checksumOf(`${pk}\n${sk}${text}`, undefined) : checksumOf(text, body, crc32(`${pk}\n${sk}`));

/**
 * A value as JSON with a checksum in front: of the text, of the bytes beside it, and of where it is stored, because the
 * text of another item is no less wrong than one with a flipped bit (F51).
 */
export const sealJson = (place: Place, value: unknown, body?: Uint8Array): string => {
  const text = JSON.stringify(value);
  return checksumAt(place, text, body) + text;
};

/** The JSON that `sealJson` made of its value; `undefined` where any of it is not what it was. */
export const unsealJson = (place: Place, sealed: string | undefined, body?: Uint8Array): string | undefined => {
  const text = sealed?.slice(HEX_DIGITS) ?? '';
  return sealed?.slice(0, HEX_DIGITS) === checksumAt(place, text, body) ? text : undefined;
};

/** The value whose sealed JSON is the `doc` of an item; `undefined` where that is damaged. */
export const readSealed = <T>(item: Item): T | undefined => {
  const text = unsealJson(item, item.doc, item.body);
  return text === undefined ? undefined : (JSON.parse(text) as T);
};
