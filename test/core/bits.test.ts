import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasBit, makeBits, setBit } from '../../shared/core/bits.ts';

it('holds what was added and nothing else, and counts each number once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 })), (values) => {
      const bits = makeBits();
      const model = new Set<number>();
      for (const value of values) {
        expect(setBit(bits, value)).toBe(!model.has(value));
        model.add(value);
        expect(bits.count).toBe(model.size);
      }
      for (let value = 0; value <= 320; value += 1) expect(hasBit(bits, value)).toBe(model.has(value));
    }),
  );
});

it('takes the last item of the largest entry', () => {
  const bits = makeBits();
  setBit(bits, 4_095);
  expect([hasBit(bits, 4_095), hasBit(bits, 4_094), hasBit(bits, 4_096), bits.bytes.length]).toEqual([
    true,
    false,
    false,
    512,
  ]);
});
