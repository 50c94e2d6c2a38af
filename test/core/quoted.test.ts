import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoted } from '../../shared/core/quoted.ts';
import { anyText } from './any-text.ts';

describe('quoted', () => {
  it.each([
    ['plain', '"plain"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['a\nb\u0000', '"a\\nb\\u0000"'],
    ['é\u202e', '"\\u00e9\\u202e"'],
    ['\ud800', '"\\ud800"'],
    ['x'.repeat(41), `"${'x'.repeat(40)}" (cut short)`],
  ])('shows %j as %s', (text, shown) => {
    expect(quoted(text)).toBe(shown);
  });

  it('is short printable ASCII for any string', () => {
    fc.assert(fc.property(anyText, (text) => /^[\x20-\x7e]{2,260}$/.test(quoted(text))));
  });
});
