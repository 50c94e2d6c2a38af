import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toHeaderText } from '../../../shared/core/delivery/header-text.ts';

it.each([
  ['driver-42', 'driver-42'],
  ['', ''],
  ['a b', 'a%20b'],
  ['50%', '50%25'],
  ['é', '%C3%A9'],
  ['日本', '%E6%97%A5%E6%9C%AC'],
  ['x\r\ny: z', 'x%0D%0Ay:%20z'],
  ['\u0000\u007f', '%00%7F'],
  ['😀', '%F0%9F%98%80'],
  ['"#/?[]{}~', '"#/?[]{}~'],
])('writes %j as %s', (text, header) => {
  expect(toHeaderText(text)).toBe(header);
});

it('is visible ASCII for any text, and gives the text back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const header = toHeaderText(text);
      return /^[!-~]*$/.test(header) && decodeURIComponent(header) === text.toWellFormed();
    }),
  );
});

it('I7: survives a lone surrogate', () => {
  expect(toHeaderText('a\ud800b')).toBe('a%EF%BF%BDb');
});
