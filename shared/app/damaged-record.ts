import type { ItemKey } from '../ports/item-store.ts';

/** A stored item that cannot be read and must stop whoever needs it, because no default is safe (F51). */
export class DamagedRecord extends Error {
  override readonly name = 'DamagedRecord';

  constructor({ pk, sk }: ItemKey, options?: { cause: unknown }) {
    super(`The record ${sk} of ${pk} is damaged.`, options);
  }
}
