import fc from 'fast-check';
import type { Item } from '../../shared/ports/item-store.ts';
import { hostileBytes, spoilt } from './hostile.ts';

/** What happens to one stored item; `other` is another one of the store. */
export type Damage = { readonly what: string; readonly apply: (item: Item, other: Item) => Item };

const without = (item: Item, part: 'doc' | 'body'): Item => {
  const { [part]: _, ...rest } = item;
  return rest;
};

const take = (item: Item, other: Item, part: 'doc' | 'body'): Item => ({
  ...without(item, part),
  ...(other[part] === undefined ? {} : { [part]: other[part] }),
});

/** Draws from an arbitrary that depends on what is stored, by a seed that the property shows. */
const draw = <T>(from: fc.Arbitrary<T>, seed: number): T => fc.sample(from, { numRuns: 1, seed })[0] as T;

const seeded = (what: string, change: (item: Item, seed: number) => Item) =>
  fc.integer().map((seed): Damage => ({ what: `${what} ${seed}`, apply: (item) => change(item, seed) }));

/** A flipped bit, a cut, another type, a missing attribute, the attribute of another item (F51). */
export const damage: fc.Arbitrary<Damage> = fc.oneof(
  seeded('text spoilt', (item, seed) =>
    item.doc === undefined ? item : { ...item, doc: draw(spoilt([item.doc]), seed) },
  ),
  seeded('text of any JSON', (item, seed) => ({ ...item, doc: JSON.stringify(draw(fc.jsonValue(), seed)) })),
  seeded('bytes changed', (item, seed) =>
    item.body === undefined ? item : { ...item, body: draw(hostileBytes([item.body]), seed) },
  ),
  fc.constantFrom<Damage>(
    { what: 'no text', apply: (item) => without(item, 'doc') },
    { what: 'no bytes', apply: (item) => without(item, 'body') },
    { what: 'the text of another', apply: (item, other) => take(item, other, 'doc') },
    { what: 'the bytes of another', apply: (item, other) => take(item, other, 'body') },
    { what: 'an empty text', apply: (item) => ({ ...item, doc: '' }) },
  ),
);
