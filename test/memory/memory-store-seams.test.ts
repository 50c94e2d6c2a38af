import { describe, expect, it } from 'vitest';
import { makeMemoryStore } from '../../shared/memory/memory-store.ts';
import type { ItemKey } from '../../shared/ports/item-store.ts';
import { ALL, itemOf, keyOf, readPages, sortKeys } from '../contract/item-store/fixtures.ts';

describe('the hook of a memory store', () => {
  it('is called around every call, once per key', async () => {
    const log: string[] = [];
    const store = makeMemoryStore({ hook: (phase, call, { sk }) => void log.push(`${phase} ${call} ${sk}`) });
    await store.put(itemOf('p', 'a'), 'any');
    await store.putMany([itemOf('p', 'b'), itemOf('p', 'c')]);
    await store.getMany([keyOf('p', 'b')]);
    await store.query({ table: 'segments', pk: 'p', from: 'a', to: 'z' });
    await store.get(keyOf('p', 'a'));
    await store.add(keyOf('p', 'a'), { n: 1 });
    await store.remove(keyOf('p', 'a'), 'any');
    const calls = ['put a', 'putMany b', 'putMany c', 'getMany b', 'query a', 'get a', 'add a', 'remove a'];
    expect(log).toEqual(calls.flatMap((call) => [`before ${call}`, `after ${call}`]));
  });

  const failing = (phase: 'before' | 'after', sk: string) =>
    makeMemoryStore({
      hook: (at: string, _: string, key: ItemKey) => {
        if (at === phase && key.sk === sk) throw new Error('struck');
      },
    });

  it('that throws before a write prevents it', async () => {
    const store = failing('before', 'a');
    await expect(store.put(itemOf('p', 'a'), 'any')).rejects.toThrow('struck');
    expect(store.items()).toEqual([]);
  });

  it('F27: that throws after a write only loses the answer', async () => {
    const store = failing('after', 'a');
    await expect(store.put(itemOf('p', 'a'), 'any')).rejects.toThrow('struck');
    expect(store.items()).toEqual([itemOf('p', 'a')]);
  });

  it('F29: that throws within a call of many leaves what came before', async () => {
    const store = failing('before', 'c');
    const items = ['a', 'b', 'c', 'd'].map((sk) => itemOf('p', sk));
    await expect(store.putMany(items)).rejects.toThrow('struck');
    expect(sortKeys(store.items())).toEqual(['a', 'b']);
  });

  it('that waits lets others pass: the condition is judged when the write happens', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const store = makeMemoryStore({ hook: (phase, call) => (phase === 'before' && call === 'put' ? gate : undefined) });
    const slow = store.put(itemOf('p', 'a', { version: 2 }), 'absent');
    await store.putMany([itemOf('p', 'a')]);
    release();
    expect(await slow).toBe('conflict');
  });
});

describe('the pages of a memory store', () => {
  it('F31: may be empty and go on, in both directions', async () => {
    const sizes = [0, 2, 0, 0, 1, 0];
    let n = 0;
    const store = makeMemoryStore({ pageItems: () => sizes[n++ % sizes.length] ?? 1 });
    const items = ['a', 'b', 'c', 'd', 'e'].map((sk) => itemOf('p', sk));
    await store.putMany(items);
    for (const reverse of [false, true]) {
      const pages = await readPages(store, { table: 'segments', pk: 'p', ...ALL, reverse });
      expect(pages.flat()).toEqual(reverse ? items.toReversed() : items);
      expect(pages.some((page) => page.length === 0)).toBe(true);
    }
  });
});
