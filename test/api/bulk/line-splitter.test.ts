import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, makeLineSplitter } from '../../../shared/api/bulk/line-splitter.ts';

const LIMIT = 16;

const linesOf = (chunks: readonly Uint8Array[], limit = LIMIT): Line[] => {
  const splitter = makeLineSplitter(limit);
  return [...chunks.flatMap((chunk) => [...splitter.linesOf(chunk)]), ...splitter.rest()];
};

/** What each line is, by its bytes alone. */
const expected = (bytes: Buffer): Line[] =>
  bytes
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const own = Buffer.from(line, 'latin1');
      if (own.length > LIMIT) return { fault: 'too-long' };
      return own.equals(Buffer.from(own.toString('utf8'))) ? own.toString('utf8') : { fault: 'no-utf8' };
    });

describe('lines', () => {
  test('are the same however the bytes come in pieces', () => {
    const piece = fc.constantFrom(
      '\n',
      '\n\n',
      'a',
      '{"a":1}',
      'é',
      '日本',
      '\ud83d\ude00',
      'x'.repeat(15),
      'x'.repeat(17),
      '\r\n',
      '\u0000',
    );
    const bytes = fc.array(
      fc.oneof(
        piece.map((text) => Buffer.from(text)),
        fc.constant(Buffer.from([0xff])),
        fc.constant(Buffer.from([0xc3])),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat({ max: 40 }), { maxLength: 10 }), (parts, cuts) => {
        const whole = Buffer.concat(parts);
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const chunks = places.slice(1).map((end, n) => whole.subarray(places[n], end));
        expect(linesOf(chunks)).toEqual(expected(whole));
      }),
      { numRuns: 2000 },
    );
  });

  test('take exactly the limit, in one piece or many', () => {
    for (const length of [LIMIT, LIMIT + 1]) {
      const whole = Buffer.from(`${'x'.repeat(length)}\nnext\n`);
      const line = length === LIMIT ? 'x'.repeat(LIMIT) : { fault: 'too-long' };
      expect(linesOf([whole])).toEqual([line, 'next']);
      expect(linesOf([...whole].map((byte) => Buffer.of(byte)))).toEqual([line, 'next']);
    }
  });

  test('without an end hold back no more than one line has', () => {
    const splitter = makeLineSplitter(LIMIT);
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 200; n += 1) expect([...splitter.linesOf(chunk)]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    expect([...splitter.linesOf(Buffer.from('\nnext\n'))]).toEqual([{ fault: 'too-long' }, 'next']);
  });

  test('do not keep the chunk: the carrier may use its memory again', () => {
    const splitter = makeLineSplitter(LIMIT);
    const chunk = Buffer.from('first\nseco');
    const lines = [...splitter.linesOf(chunk)];
    chunk.fill('!');
    lines.push(...splitter.linesOf(Buffer.from('nd\n')));
    expect(lines).toEqual(['first', 'second']);
  });
});
