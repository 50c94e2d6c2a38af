import type { ItemStore } from '../../shared/ports/item-store.ts';
import type { Weather } from './weather.ts';

/** A store that collects an expired item between the look of whoever changes it and the change (F35). */
export const collectingBetween = (
  store: ItemStore,
  { weather, now }: { readonly weather: Weather; readonly now: () => number },
): ItemStore => ({
  ...store,
  put: async (item, expect) => {
    const there = typeof expect === 'number' && weather.has('F35') ? await store.get(item) : undefined;
    if (there?.expiresAt !== undefined && there.expiresAt * 1000 <= now() && weather.dice('F35').chance(0.5)) {
      weather.note('F35');
      await store.remove(there, 'any');
    }
    return store.put(item, expect);
  },
});
