import fc from 'fast-check';
import { anyText } from '../core/any-text.ts';

/** Pieces that parsers stumble over. */
const PIECES = [
  '\u0000',
  '\ud800',
  '\udfff',
  '\u202e',
  '\ufeff',
  '\u212a',
  '\r\n',
  '%',
  '%00',
  '#',
  '|',
  '"',
  '\\',
  '\\u',
  '{',
  '[',
  '-',
  '.',
  'e',
  '0',
  '9'.repeat(40),
  '1e999',
  '__proto__',
  'constructor',
  'null',
] as const;

const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }), anyText);

type Edit = (text: string) => string;

const edit: fc.Arbitrary<Edit> = fc
  .tuple(fc.nat(), fc.nat({ max: 12 }), piece, fc.constantFrom('insert', 'replace', 'repeat', 'cut'))
  .map(([at, length, part, kind]): Edit => {
    const repeated = (text: string): string => text.repeat(Math.ceil(2_000 / Math.max(1, text.length)));
    return (text) => {
      const start = text.length === 0 ? 0 : at % text.length;
      const span = text.slice(start, start + length);
      const put = { insert: span + part, replace: part, repeat: repeated(span), cut: '' }[kind];
      return text.slice(0, start) + put + text.slice(start + length);
    };
  });

/** An example with up to four edits: what is nearly right goes deepest into a parser. */
export const spoilt = (examples: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...examples), fc.array(edit, { maxLength: 4 }))
    .map(([text, edits]) => edits.reduce((spoiled, change) => change(spoiled), text));

/** A short text over and over, 200,000 characters long, behind the start of an example: what makes a bad pattern hang. */
const endless = (examples: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...examples), fc.nat({ max: 40 }), fc.oneof(piece, fc.constantFrom(...examples)))
    .map(([text, at, part]) => text.slice(0, at) + part.repeat(Math.floor(200_000 / Math.max(1, part.length))));

/** Any text that somebody might send in the place of one of the examples. */
export const hostileText = (examples: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: spoilt(examples) },
    { weight: 2, arbitrary: anyText },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: endless(examples) },
  );

/** Any bytes that somebody might send in the place of one of the examples. */
export const hostileBytes = (examples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(
        fc.constantFrom(...examples),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 6 }),
        fc.nat(),
      )
      .map(([bytes, changes, cut]) => {
        // A Buffer's own slice would share its memory.
        const changed = new Uint8Array(bytes).subarray(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length);
        for (const [at, value] of changes) if (changed.length > 0) changed[at % changed.length] = value;
        return changed;
      }),
  );
