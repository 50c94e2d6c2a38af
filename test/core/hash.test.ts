import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash32 } from '../../shared/core/hash.ts';
import { anyText } from './any-text.ts';

/** The published vectors of MurmurHash3 x86_32. */
const published: readonly [text: string, seed: number, hash: number][] = [
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['test', 0x9747b28c, 0x704b81dc],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ['ππππππππ', 0x9747b28c, 0xd58063c1],
];

/** From another implementation, in another language, over the UTF-8 bytes. */
const elsewhere: readonly [text: string, hash: number][] = [
  ['driver-42', 0x965850b2],
  ['user-000000000000001', 0xd76f31e6],
  ['東京-9', 0x451ea806],
  ['a😀b', 0xba4460fc],
  ['é', 0x10110787],
  ['\u07ff\u0800', 0x32a22edc],
  ['\u007f\u0080', 0xa150d79e],
  ['\u0080', 0x4b961288],
  ['x'.repeat(1000), 0x7120440e],
];

describe('hash32', () => {
  it.each(published)('hashes %j with seed %i as published', (text, seed, hash) => {
    expect(hash32(text, seed)).toBe(hash);
  });

  it.each(elsewhere)('hashes %j as other languages do', (text, hash) => {
    expect(hash32(text)).toBe(hash);
  });

  it('answers an unsigned 32-bit integer for any string and seed', () => {
    fc.assert(
      fc.property(anyText, fc.integer(), (text, seed) => {
        const hash = hash32(text, seed);
        return Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32 && hash === hash32(text, seed);
      }),
    );
  });

  it('shares sequential keys out evenly over any number of shards', () => {
    const keys = 64_000;
    for (const shards of [2, 7, 16, 64]) {
      const counts = new Array<number>(shards).fill(0);
      for (let i = 0; i < keys; i += 1) {
        const shard = hash32(`user-${i}`) % shards;
        counts[shard] = (counts[shard] ?? 0) + 1;
      }
      const mean = keys / shards;
      for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean));
    }
  });
});
