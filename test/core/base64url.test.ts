import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromBase64Url, sextetChar, sextetValue, toBase64Url } from '../../shared/core/base64url.ts';
import { anyText } from './any-text.ts';

it('writes bytes as Node does, and reads them back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = toBase64Url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64Url(text)).toEqual(bytes);
    }),
  );
});

it('reads the canonical spelling only', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.base64String()), (text) => {
      const bytes = fromBase64Url(text);
      if (bytes) expect(toBase64Url(bytes)).toBe(text);
      else expect(Buffer.from(text, 'base64url').toString('base64url')).not.toBe(text);
    }),
  );
});

it.each(['A', 'AB', 'AA==', 'AA=', 'A+', 'A/', ' AA', 'AA\n', 'ÄA'])('refuses %j', (text) => {
  expect(fromBase64Url(text)).toBeUndefined();
});

it('has one character for each of 64 values', () => {
  const chars = Array.from({ length: 64 }, (_, value) => sextetChar(value));
  expect(new Set(chars).size).toBe(64);
  expect(chars.map(sextetValue)).toEqual(chars.map((_, value) => value));
  expect([sextetValue('='), sextetValue(''), sextetValue('AA')]).toEqual([undefined, undefined, undefined]);
});
