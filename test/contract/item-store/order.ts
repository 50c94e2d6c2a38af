import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemStore } from '../../../shared/ports/item-store.ts';
import { ALL, byUtf8, itemOf, newPk, readPages, sortKeys } from './fixtures.ts';

/** Where UTF-8 and UTF-16 disagree, and where a prefix meets what goes on; in the right order. */
const HARD = [
  ...['a', 'a\u0001', 'aa', 'b', '\u007F', '\u0080', 'é', '語', '\uD7FF'],
  ...['\uE000', '\uFFFD', '\uFFFF', '\u{10000}', '\u{1F600}', '\u{10FFFF}'],
];

/** Text that sorts before `below`, which some engines need of bounds. */
const sortKeysBelow = (below: string | undefined): fc.Arbitrary<string> =>
  fc
    .oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), fc.constantFrom(...HARD))
    .filter((text) => !text.includes('\u0000') && (below === undefined || [...text].every((char) => char < below)));

/** Sort keys stand in the order of their UTF-8 bytes. `below`: all that an engine compares rightly is before it. */
export function order(
  store: () => ItemStore,
  { runs, below }: { readonly runs: number; readonly below?: string },
): void {
  describe('sort keys', () => {
    it('stand in the order of their UTF-8 bytes, not of their UTF-16 units', async () => {
      const pk = newPk();
      await store().putMany(HARD.toReversed().map((sk) => itemOf(pk, sk)));
      const pages = await readPages(store(), { table: 'segments', pk, ...ALL });
      expect(sortKeys(pages.flat())).toEqual(HARD);
    });

    it('of any text: every range is the sorted list between its bounds', async () => {
      const sortKey = sortKeysBelow(below);
      const cases = fc.record({
        keys: fc.uniqueArray(sortKey, { maxLength: 24 }),
        bounds: fc.tuple(sortKey, sortKey),
        reverse: fc.boolean(),
        limit: fc.integer({ min: 1, max: 9 }),
      });
      await fc.assert(
        fc.asyncProperty(cases, async ({ keys, bounds: [from, to], reverse, limit }) => {
          const pk = newPk();
          await store().putMany(keys.map((sk) => itemOf(pk, sk)));
          const within = keys.filter((sk) => byUtf8(from, sk) <= 0 && byUtf8(sk, to) <= 0).toSorted(byUtf8);
          const pages = await readPages(store(), { table: 'segments', pk, from, to, reverse, limit });
          expect(sortKeys(pages.flat())).toEqual(reverse ? within.toReversed() : within);
        }),
        { numRuns: runs },
      );
    });
  });
}
