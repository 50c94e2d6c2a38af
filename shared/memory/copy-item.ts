import type { Item } from '../ports/item-store.ts';

/** Text and numbers cannot change; bytes and counts can, so the store never shares them with a caller. */
export function copyItem(item: Item): Item {
  const { body, counts, ...rest } = item;
  return {
    ...rest,
    // Not body.slice(): the slice of a Buffer shares its memory.
    ...(body !== undefined && { body: new Uint8Array(body) }),
    ...(counts !== undefined && !isEmpty(counts) && { counts: { ...counts } }),
  };
}

/** True where a record has nothing in it. */
export function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
