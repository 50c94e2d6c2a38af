import { number, object } from 'valibot';
import { describe, expect, it } from 'vitest';
import { placeOfKey } from '../../../shared/app/process/process-key.ts';
import { makeSnapshotCache } from '../../../shared/app/process/snapshot-cache.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { emptySnapshot } from '../../../shared/core/process/snapshot.ts';
import { encodeSnapshot } from '../../../shared/core/process/snapshot-codec.ts';
import { reducingState } from '../../../shared/core/process/state/spec.ts';
import type { Item } from '../../../shared/ports/item-store.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';

const sum = defineProcess({
  name: 'sum',
  element: object({ n: number() }),
  state: { total: reducingState<number>((held, added) => held + added) },
  onElement: ({ n }, { state }) => state.total.add(n),
});

describe('snapshots that are kept decoded', () => {
  it('take so many bytes at most, and one of each key', () => {
    const snapshots = Array.from({ length: 5 }, (_, version) => ({ ...emptySnapshot, version }));
    const size = encodeSnapshot(emptySnapshot).length;
    const cache = makeSnapshotCache(2 * size);
    const known = () => snapshots.map(({ version }) => cache.of(`n${version}`)?.version);
    cache.keep('n0', snapshots[0] ?? emptySnapshot, '');
    cache.keep('n1', snapshots[1] ?? emptySnapshot, 'n0');
    cache.keep('n2', snapshots[2] ?? emptySnapshot, '');
    expect(known()).toEqual([undefined, 1, 2, undefined, undefined]);
    cache.keep('n3', snapshots[3] ?? emptySnapshot, '');
    expect(known()).toEqual([undefined, undefined, 2, 3, undefined]);
  });

  it.each([
    [
      'a byte of its body',
      (item: Item) => ({ ...item, body: item.body?.map((byte, n) => (n === 9 ? byte ^ 1 : byte)) }),
    ],
    ['its text', (item: Item) => ({ ...item, doc: item.doc?.replace('"n":', '"n" :') })],
  ])('F51 do not stand in for an item of which %s was damaged', async (_, damage) => {
    const world = makeProcessWorld({ processes: [sum], runtimes: 1 });
    await world.submit('sum', [element('a', { n: 1 })]);
    const item = await world.bareStore.get(placeOfKey('sum', 'a'));
    await world.bareStore.put(damage(item as Item) as Item, 'any');
    await expect(world.submit('sum', [element('a', { n: 1 })])).resolves.toMatchObject([{ code: 'CORRUPT_SNAPSHOT' }]);
  });
});
