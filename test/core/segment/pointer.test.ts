import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePointer, encodePointer } from '../../../shared/core/segment/pointer.ts';
import type { Unit } from '../../../shared/core/segment/segment-key.ts';
import { anyText } from '../any-text.ts';

const segment = fc.record({
  timeline: anyText,
  minute: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  shard: fc.integer({ min: 0, max: 65_535 }),
});

const LATE = 'L#001795420800000#AAAAAAAAAAA';

describe('a pointer', () => {
  it('names its unit and nothing else', () => {
    fc.assert(
      fc.property(segment, fc.boolean(), (of, late) => {
        const unit: Unit = late ? { segment: of, lane: 'L', sk: LATE } : { segment: of, lane: 'E' };
        expect(decodePointer(encodePointer(unit))).toEqual(unit);
      }),
    );
    expect(encodePointer({ segment: { timeline: 'send', minute: 29_712_345, shard: 3 }, lane: 'E' })).toBe(
      '{"v":1,"unit":"send#29712345#3"}',
    );
  });

  it('F16 is never found in other text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decodePointer(text)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(decodePointer(JSON.stringify(value))).toBeUndefined();
      }),
    );
  });

  it.each([
    '{"v":2,"unit":"send#1#2"}',
    '{"unit":"send#1#2"}',
    '{"v":1,"unit":"send#1"}',
    '{"v":1,"unit":["send",1,2]}',
    '{"v":1,"unit":"send#1#2","entry":null}',
    '{"v":1,"unit":"send#1#2","entry":""}',
    `{"v":1,"unit":"send#1#2","entry":"${LATE.replace('L', 'E')}"}`,
    `{"v":1,"unit":"send#1#2","entry":"${LATE}x"}`,
    '[{"v":1,"unit":"send#1#2"}]',
    'null',
  ])('F16 is not %s', (text) => {
    expect(decodePointer(text)).toBeUndefined();
  });
});
