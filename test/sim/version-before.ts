import { readSealed, sealJson } from '../../shared/app/sealed-text.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Item, ItemStore } from '../../shared/ports/item-store.ts';

/** Fields of a keyed message that its form before guards did not have. */
const OF_GUARDS = ['writtenAt', 'refusedThrough', 'refused', 'replaced', 'more'] as const;

/** The form of a keyed message before keys had guards: `committedAt` in the place of stamp and guard. */
const inOldForm = (item: Item, clock: Clock): Item => {
  const stored = readSealed<Record<string, unknown>>(item);
  if (!stored) throw new Error(`${item.pk} is no sealed record: the version before writes it in another form.`);
  const kept = Object.entries(stored).filter(([field]) => !OF_GUARDS.some((one) => one === field));
  const old = { ...Object.fromEntries(kept), committedAt: clock.now() };
  return { ...item, doc: sealJson(item, old, item.body) };
};

/** A store as a process of the version before writes to it (F39); `onOld` is told of every record in the old form. */
export const writtenByVersionBefore = (store: ItemStore, clock: Clock, onOld: () => void): ItemStore => ({
  ...store,
  put: async (item, expect) => {
    if (item.table !== 'keys' || item.body === undefined) return store.put(item, expect);
    const result = await store.put(inOldForm(item, clock), expect);
    if (result === 'stored') onOld();
    return result;
  },
});
