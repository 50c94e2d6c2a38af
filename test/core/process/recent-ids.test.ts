import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeRecentIds, makeRecentIdsFor, type RecentIds } from '../../../shared/core/process/recent-ids.ts';

/** As a turn does: asks for each id and notes it; which of them were known, and what is remembered then. */
const lookThrough = (ids: RecentIds, coming: readonly string[]) => {
  const known = coming.map((id) => {
    const has = ids.has(id);
    ids.add(id);
    return has;
  });
  return { known, list: ids.list() };
};

const id = fc.nat({ max: 30 }).map((n) => `evt-${n}`);

describe('recent ids', () => {
  it('forget the oldest, and an id that came again is young again', () => {
    const ids = makeRecentIds(['a', 'b', 'c'], 3);
    expect(lookThrough(ids, ['a', 'd'])).toEqual({ known: [true, false], list: ['c', 'a', 'd'] });
    expect(ids.has('b')).toBe(false);
  });

  it('of a turn are the same as looked up one by one, new, seen and twice in it', () => {
    const remembered = fc.uniqueArray(id, { maxLength: 20 });
    fc.assert(
      fc.property(
        remembered,
        fc.array(id, { maxLength: 12 }),
        fc.integer({ min: 1, max: 25 }),
        (before, coming, limit) => {
          const oneByOne = lookThrough(makeRecentIds(before, limit), coming);
          expect(lookThrough(makeRecentIdsFor(coming, before, limit), coming)).toEqual(oneByOne);
        },
      ),
    );
  });

  it('keep no more than the limit of a turn that has more, and what they had where nothing comes', () => {
    const coming = Array.from({ length: 7 }, (_, n) => `evt-${n}`);
    expect(lookThrough(makeRecentIdsFor(coming, ['old'], 5), coming).list).toEqual(coming.slice(2));
    expect(makeRecentIdsFor(coming, ['old'], 5).list()).toEqual(['old']);
  });
});
