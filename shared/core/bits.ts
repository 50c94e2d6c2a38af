/** A set of small whole numbers, one bit each; grows as needed. */
export type Bits = { bytes: Uint8Array; count: number };

const NONE = new Uint8Array();

export const makeBits = (): Bits => ({ bytes: NONE, count: 0 });

export const hasBit = (bits: Bits, index: number): boolean =>
  ((bits.bytes[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;

/** Adds `index`; true where it was not there before. */
export const setBit = (bits: Bits, index: number): boolean => {
  if (hasBit(bits, index)) return false;
  const at = index >> 3;
  if (at >= bits.bytes.length) {
    const grown = new Uint8Array(Math.max(at + 1, bits.bytes.length * 2, 2));
    grown.set(bits.bytes);
    bits.bytes = grown;
  }
  bits.bytes[at] = (bits.bytes[at] ?? 0) | (1 << (index & 7));
  bits.count += 1;
  return true;
};
