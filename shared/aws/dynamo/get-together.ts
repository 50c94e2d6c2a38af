import type { Item, ItemKey } from '../../ports/item-store.ts';
import type { Access } from './access.ts';
import { getItem } from './get-item.ts';
import { getMany } from './get-many.ts';

type Waiting = {
  readonly key: ItemKey;
  readonly resolve: (item: Item | undefined) => void;
  readonly reject: (error: unknown) => void;
};

const nameOf = ({ table, pk, sk }: ItemKey): string => JSON.stringify([table, pk, sk]);

/** One item read by itself, several that are asked for in one turn of the loop in one call: a call costs more than an item. */
export const makeGetTogether = (access: Access): ((key: ItemKey) => Promise<Item | undefined>) => {
  let waiting: Waiting[] = [];

  const readTogether = async (all: readonly Waiting[]): Promise<void> => {
    try {
      const items = await getMany(
        access,
        all.map(({ key }) => key),
      );
      const byName = new Map(items.map((item) => [nameOf(item), item]));
      for (const { key, resolve } of all) resolve(byName.get(nameOf(key)));
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  };

  const read = (): void => {
    const all = waiting;
    waiting = [];
    const [only] = all;
    if (only && all.length === 1) getItem(access, only.key).then(only.resolve, only.reject);
    else void readTogether(all);
  };

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) queueMicrotask(read);
      waiting.push({ key, resolve, reject });
    });
};
