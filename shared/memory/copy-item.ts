import type { Item } from '../ports/item-store.ts';

/** Text and numbers cannot change; bytes and counts can, so the store never shares them with a caller. */
export function copyItem({ table, pk, sk, version, doc, body, counts, expiresAt }: Item): Item {
  const copy: { -readonly [name in keyof Item]: Item[name] } = { table, pk, sk, version };
  if (doc !== undefined) copy.doc = doc;
  // Not body.slice(): the slice of a Buffer shares its memory.
  if (body !== undefined) copy.body = new Uint8Array(body);
  if (counts !== undefined && !isEmpty(counts)) copy.counts = { ...counts };
  if (expiresAt !== undefined) copy.expiresAt = expiresAt;
  return copy;
}

/** True where a record has nothing in it. */
export function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
