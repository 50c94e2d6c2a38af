import { seal, unseal } from '../../shared/app/sealed-text.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Item, ItemStore } from '../../shared/ports/item-store.ts';

/** The form of a keyed message before keys had guards: `committedAt` in the place of stamp and guard. */
const inOldForm = (item: Item, clock: Clock): Item => {
  const stored: Record<string, unknown> = JSON.parse(unseal(item.doc, item.body) ?? '');
  for (const field of ['writtenAt', 'refusedThrough', 'refused', 'replaced', 'more']) delete stored[field];
  return { ...item, doc: seal(JSON.stringify({ ...stored, committedAt: clock.now() }), item.body) };
};

/** A store as a process of the version before writes to it (F39). */
export const writtenByVersionBefore = (store: ItemStore, clock: Clock): ItemStore => ({
  ...store,
  put: (item, expect) =>
    store.put(item.table === 'keys' && item.body !== undefined ? inOldForm(item, clock) : item, expect),
});
