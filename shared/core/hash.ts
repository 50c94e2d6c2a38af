const BLOCK_FACTOR_1 = 0xcc9e2d51;
const BLOCK_FACTOR_2 = 0x1b873593;

const encoder = new TextEncoder();

const scrambled = (block: number): number => {
  const product = Math.imul(block, BLOCK_FACTOR_1);
  return Math.imul((product << 15) | (product >>> 17), BLOCK_FACTOR_2);
};

const mixed = (state: number, block: number): number => {
  const next = state ^ scrambled(block);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
};

const finished = (state: number, byteLength: number): number => {
  let hash = state ^ byteLength;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

const hashOfBytes = (bytes: Uint8Array, seed: number): number => {
  const byte = (index: number): number => bytes[index] ?? 0;
  const whole = bytes.length & ~3;
  let state = seed | 0;
  for (let i = 0; i < whole; i += 4) {
    state = mixed(state, byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24));
  }
  // Bytes past the end count as zeros; a block of zeros scrambles to zero and leaves the state alone.
  return finished(state ^ scrambled(byte(whole) | (byte(whole + 1) << 8) | (byte(whole + 2) << 16)), bytes.length);
};

/**
 * MurmurHash3 x86_32 of the text's UTF-8, 0 to 2³² − 1: the same on every machine and for ever, because shards and
 * spreads of stored messages follow from it. Not a defence against chosen collisions.
 */
export const hash32 = (text: string, seed = 0): number => {
  const whole = text.length & ~3;
  let state = seed | 0;
  let units = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    units |= a | b | c | d;
    state = mixed(state, a | (b << 8) | (c << 16) | (d << 24));
  }
  let tail = 0;
  for (let i = whole; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    units |= unit;
    tail |= unit << ((i - whole) * 8);
  }
  // For ASCII the code units are the UTF-8 bytes, and keys are nearly always ASCII: no encoding, no allocation.
  return units < 0x80 ? finished(state ^ scrambled(tail), text.length) : hashOfBytes(encoder.encode(text), seed);
};
