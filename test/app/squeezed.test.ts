import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { squeezed, unsqueezed } from '../../shared/app/squeezed.ts';

test.each([0, 1, 699, 700, 1_024, 1_025, 65_791, 65_792, 100_000])(
  '%i bytes come back as they were, in memory of their own',
  (length) => {
    const bytes = new Uint8Array(randomBytes(length));
    const stored = squeezed(bytes);
    const back = unsqueezed(stored);
    expect(Buffer.compare(back, bytes)).toBe(0);
    expect(stored.buffer.byteLength).toBe(stored.length);
    expect(back.buffer.byteLength - length).toBeLessThanOrEqual(1);
  },
);

test('the pool of buffers is as it was afterwards, also where bytes are damaged', () => {
  const { poolSize } = Buffer;
  const stored = squeezed(new Uint8Array(10_000));
  expect(Buffer.poolSize).toBe(poolSize);
  expect(() => unsqueezed(stored.subarray(0, stored.length - 1))).toThrow();
  expect(Buffer.poolSize).toBe(poolSize);
});
