import { parseKeyItem } from '../../../shared/app/process/key-record.ts';
import { decodeNamed } from '../../../shared/app/process/named-record.ts';
import { keyAt } from '../../../shared/app/process/process-key.ts';
import type { WatermarkRecord } from '../../../shared/app/process/watermark-record.ts';
import { parseCursor, type TickCursor } from '../../../shared/app/tick/cursor.ts';
import type { Data } from '../../../shared/core/process/data.ts';
import type { Process } from '../../../shared/core/process/process.ts';
import { readState } from '../../../shared/core/process/read-state.ts';
import type { Snapshot } from '../../../shared/core/process/snapshot.ts';
import { makeMemoryStore } from '../../../shared/memory/memory-store.ts';
import type { Item, ItemStore } from '../../../shared/ports/item-store.ts';
import type { Model } from '../model.ts';
import type { Trace } from '../trace.ts';
import type { makeWatermarkWatch } from './watermark-watch.ts';

export type ProcessTruthOptions = {
  readonly model: Model;
  readonly trace: Trace;
  readonly pageItems: () => number;
  readonly processes: readonly Process[];
  readonly watch: ReturnType<typeof makeWatermarkWatch>;
};

/** A key as it is stored at the end. */
export type StoredState = {
  readonly process: string;
  readonly key: string;
  readonly snapshot: Snapshot;
  readonly state: Readonly<Record<string, Data>>;
};

/** The store as it really is: keys change version by version, and cursors and watermarks go forward. */
export const makeProcessTruth = ({ model, trace, pageItems, processes, watch }: ProcessTruthOptions) => {
  const store = makeMemoryStore({ pageItems });
  const versions = new Map<string, number>();
  const cursors = new Map<string, TickCursor>();
  /** The last minute that holds an entry, by timeline. */
  const lastMinutes = new Map<string, number>();

  const processOf = (pk: string): Process | undefined => {
    const [, named] = pk.split('#');
    return processes.find(({ name }) => name === named);
  };

  const open = (item: Item): Snapshot | undefined => {
    const process = processOf(item.pk);
    const parsed = process && parseKeyItem(process, item);
    return parsed?.ok ? parsed.value.record.snapshot : undefined;
  };

  const onKey = (item: Item): void => {
    const name = `${item.pk.split('#')[1]}/${keyAt(item.sk)}`;
    trace(() => `commit ${name} ${item.version} ${item.doc} ${JSON.stringify(open(item))}`);
    const before = versions.get(name) ?? 0;
    if (item.version !== before + 1)
      model.violate('P13', `${name} goes from version ${before} to ${item.version}`, name);
    versions.set(name, item.version);
  };

  const onCursor = (item: Item): void => {
    const next = parseCursor(item);
    if (!next) throw new Error(`a cursor was stored that cannot be read: ${item.doc}`);
    const before = cursors.get(item.sk);
    cursors.set(item.sk, next);
    trace(() => `cursor: ${item.sk} opened ${next.openedThrough} settled ${next.settledThrough}`);
    if (before && next.openedThrough < before.openedThrough)
      model.violate('C1', `openedThrough of ${item.sk} went back to ${next.openedThrough}`);
    if (before && next.settledThrough < before.settledThrough)
      model.violate('C2', `settledThrough of ${item.sk} went back to ${next.settledThrough}`);
  };

  const onWrite = (item: Item): void => {
    const { table, pk, sk } = item;
    if (table === 'keys') onKey(item);
    else if (table === 'control' && pk === 'cursor') onCursor(item);
    else if (table === 'control' && pk.startsWith('watermark#'))
      watch(pk.slice('watermark#'.length), decodeNamed<WatermarkRecord>(item, pk.slice('watermark#'.length)));
    else if (table === 'segments' && sk.startsWith('T#')) trace(() => `event timers ${pk} ${sk}`);
    else if (table === 'segments' && /^[EL]#/.test(sk)) {
      trace(() => `entry ${pk} ${sk}`);
      const [timeline = '', minute] = pk.split('#');
      lastMinutes.set(timeline, Math.max(lastMinutes.get(timeline) ?? 0, Number(minute)));
    } else if (table === 'segments') trace(() => `log ${pk} ${sk} ${item.doc}`);
  };

  const watched: ItemStore = {
    ...store,
    put: async (item, expect) => {
      const result = await store.put(item, expect);
      if (result === 'stored') onWrite(item);
      return result;
    },
    putMany: async (items) => {
      await store.putMany(items);
      items.forEach(onWrite);
    },
    remove: async (key, expect) => {
      const result = await store.remove(key, expect);
      if (result === 'removed') trace(() => `removed ${key.pk} ${key.sk}`);
      return result;
    },
  };

  const keys = (): StoredState[] =>
    store.items().flatMap((item) => {
      if (item.table !== 'keys') return [];
      const process = processOf(item.pk);
      const snapshot = open(item);
      if (!process || !snapshot) return [];
      return [{ process: process.name, key: keyAt(item.sk), snapshot, state: readState(process, snapshot) }];
    });

  /** True where every entry is settled, and no wave is to come. What nobody committed may stay in the index. */
  const isSettled = (): boolean =>
    [...watch.records.values()].every(({ waveAt }) => waveAt === null) &&
    [...lastMinutes].every(([timeline, minute]) => (cursors.get(timeline)?.settledThrough ?? 0) >= minute);

  return { store: watched, raw: store, keys, isSettled };
};

export type ProcessTruth = ReturnType<typeof makeProcessTruth>;
