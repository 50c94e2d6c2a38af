import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item, ItemKey, TableName } from '../../ports/item-store.ts';
import { ATTRIBUTES } from './tables.ts';

/** Counts are attributes of their own, so that `ADD` can move each; the prefix keeps them apart from ours. */
export const COUNT_PREFIX = 'n_';

type Attributes = Record<string, AttributeValue>;

export const keyAttributes = ({ pk, sk }: ItemKey): Attributes => ({
  [ATTRIBUTES.pk]: { S: pk },
  [ATTRIBUTES.sk]: { S: sk },
});

/** An item as DynamoDB takes it; written by hand, because a marshaller would look at every value first. */
export const toAttributes = (item: Item): Attributes => {
  const attributes: Attributes = { ...keyAttributes(item), version: { N: String(item.version) } };
  if (item.doc !== undefined) attributes.doc = { S: item.doc };
  if (item.body !== undefined) attributes.body = { B: item.body };
  if (item.expiresAt !== undefined) attributes[ATTRIBUTES.expiresAt] = { N: String(item.expiresAt) };
  for (const [name, count] of Object.entries(item.counts ?? {})) attributes[COUNT_PREFIX + name] = { N: String(count) };
  return attributes;
};

const countsOf = (attributes: Attributes): Record<string, number> | undefined => {
  let counts: Record<string, number> | undefined;
  for (const name in attributes) {
    if (!name.startsWith(COUNT_PREFIX)) continue;
    counts ??= {};
    counts[name.slice(COUNT_PREFIX.length)] = Number(attributes[name]?.N);
  }
  return counts;
};

/** The item of stored attributes; ones that are not ours are left out. */
export const toItem = (table: TableName, attributes: Attributes): Item => {
  const { doc, body, version } = attributes;
  const expiresAt = attributes[ATTRIBUTES.expiresAt]?.N;
  const counts = countsOf(attributes);
  return {
    table,
    pk: attributes[ATTRIBUTES.pk]?.S ?? '',
    sk: attributes[ATTRIBUTES.sk]?.S ?? '',
    version: Number(version?.N ?? 0),
    ...(doc?.S !== undefined && { doc: doc.S }),
    ...(body?.B !== undefined && { body: body.B }),
    ...(expiresAt !== undefined && { expiresAt: Number(expiresAt) }),
    ...(counts !== undefined && { counts }),
  };
};
