import type { Item, ItemKey } from '../../ports/item-store.ts';
import { DamagedRecord } from '../damaged-record.ts';
import { seal, unseal } from '../sealed-text.ts';

/** The text of a record that a process has one of. It names the process: that of another is no less wrong (F51). */
export const encodeNamed = (process: string, record: object): string => seal(JSON.stringify({ ...record, process }));

/**
 * The record of `encodeNamed`; those of before name no process. Throws `DamagedRecord`: it stops its own process, and is
 * not overwritten.
 */
export const decodeNamed = <T extends object>(item: ItemKey & Pick<Item, 'doc'>, name: string): T => {
  const text = unseal(item.doc);
  if (text === undefined) throw new DamagedRecord(item);
  const { process = name, ...record } = JSON.parse(text) as T & { readonly process?: string };
  if (process !== name) throw new DamagedRecord(item);
  return record as unknown as T;
};
