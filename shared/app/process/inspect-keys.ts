import { Problem } from '../../core/problem.ts';
import type { Process } from '../../core/process/definition.ts';
import { readState } from '../../core/process/read-state.ts';
import { invalidCursor } from '../invalid-cursor.ts';
import { pagesOf } from '../unit-journal.ts';
import { parseKeyItem, type StoredKey } from './key-record.ts';
import { bindingOf, lookForOutputs } from './outputs.ts';
import { outputsOf } from './plan-turn.ts';
import type { ProcessDeps } from './process-deps.ts';
import type { KeyView } from './process-desk.ts';
import { isKey, KEY_PARTITIONS, keyAt, keyPartition, keysBehind, placeOfKey } from './process-key.ts';

const viewOf = async (
  deps: ProcessDeps,
  process: Process,
  of: { key: string; stored: StoredKey },
): Promise<KeyView> => {
  const { record } = of.stored;
  const { snapshot } = record;
  const inPlace = deps.delivered.has(record.nonce) || (await lookForOutputs(deps.sending, record)) === 'there';
  const outputs = inPlace ? [] : outputsOf(process.name, of.key, record);
  return {
    key: of.key,
    version: snapshot.version,
    state: readState(process, snapshot),
    timers: [...snapshot.event, ...snapshot.processing],
    watermark: snapshot.watermark,
    pendingOutputs: outputs.filter((output) => bindingOf(process, output) !== null),
  };
};

/** One key as it is stored; `undefined` where there is none. Throws Problem 500 where it is damaged. */
export const inspectKey = async (deps: ProcessDeps, process: Process, key: string): Promise<KeyView | undefined> => {
  const item = await deps.engine.store.get(placeOfKey(process.name, key));
  if (!item) return undefined;
  const parsed = parseKeyItem(process, item);
  if (!parsed.ok) throw new Problem(500, parsed.code, parsed.detail);
  return viewOf(deps, process, { key, stored: parsed.value });
};

type Position = { readonly partition: number; readonly after?: string };

const encodeCursor = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** A cursor that somebody made up is refused before the store is asked what it cannot be. */
const decodeCursor = (text: string | undefined): Position => {
  if (text === undefined) return { partition: 0 };
  try {
    const { partition, after } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Position>;
    const isKnown = Number.isInteger(partition) && (partition as number) >= 0 && (partition as number) < KEY_PARTITIONS;
    if (isKnown && (after === undefined || isKey(after)))
      return { partition: partition as number, ...(after === undefined ? {} : { after }) };
  } catch {
    // Not a cursor of ours: refused below with the others.
  }
  throw invalidCursor();
};

/** The keys of a process, partition by partition; damaged ones are left out (F51). */
export const listKeys = async (
  deps: ProcessDeps,
  process: Process,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<{ readonly items: readonly KeyView[]; readonly next: string | null }> => {
  const start = decodeCursor(page.cursor);
  const items: KeyView[] = [];
  for (let { partition } = start; partition < KEY_PARTITIONS; partition++) {
    const after = partition === start.partition ? start.after : undefined;
    const range = { table: 'keys', pk: keyPartition(process.name, partition), ...keysBehind(after) } as const;
    for await (const { items: found } of pagesOf(deps.engine.store, { ...range, limit: page.limit - items.length })) {
      for (const item of found) {
        const key = keyAt(item.sk);
        const parsed = parseKeyItem(process, item);
        if (parsed.ok) items.push(await viewOf(deps, process, { key, stored: parsed.value }));
        if (items.length === page.limit) return { items, next: encodeCursor({ partition, after: key }) };
      }
    }
  }
  return { items, next: null };
};
