import fc from 'fast-check';

const PIECES = [
  ...'{}[],:"\\/bfnrtue-+.019 \t\r\u0000\u001f\u007fé\ud83d\ude00',
  'true',
  'null',
  '\\ud83d',
  '\\ude00',
  '\\u00e9',
  '1e',
  '"payload":',
];

/** JSON texts with a few characters put in, taken out or changed: most are broken, often only just. */
export const editedJson = fc
  .tuple(
    fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })).map((value) => JSON.stringify(value, null, 1)),
    ),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 2 }), fc.constantFrom(...PIECES)), { maxLength: 3 }),
  )
  .map(([text, edits]) =>
    edits.reduce((edited, [place, removed, piece]) => {
      const at = place % (edited.length + 1);
      return edited.slice(0, at) + piece + edited.slice(at + removed);
    }, text),
  );
