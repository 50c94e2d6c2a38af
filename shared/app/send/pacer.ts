import type { EpochMs } from '../../core/time/epoch.ts';
import { epochMs } from '../../core/time/epoch.ts';
import type { ItemKey } from '../../ports/item-store.ts';
import type { Engine } from '../engine.ts';

/** Hands out slots so that all senders together keep to a target's rate. */
export type Pacer = {
  /** The first of `count` slots that are `1000 / ratePerSecond` ms apart, none before now. */
  reserve(target: string, count: number, ratePerSecond: number): Promise<EpochMs>;
};

/** The slots of a target as one item: when the next one is free (the "theoretical arrival time" of GCRA). */
type PaceRecord = { readonly freeAt: number; readonly nonce: string };

const keyOf = (target: string): ItemKey => ({ table: 'control', pk: 'pace', sk: target });

/** A pacer whose slots are shared through the store: one conditional write for each run of slots. */
export const makePacer = (engine: Engine): Pacer => {
  const tryReserve = async (target: string, durationMs: number): Promise<EpochMs | undefined> => {
    const item = await engine.store.get(keyOf(target));
    const there = item && (JSON.parse(item.doc ?? '{}') as Partial<PaceRecord>);
    const start = Math.max(there?.freeAt ?? 0, engine.clock.now());
    const record: PaceRecord = { freeAt: start + durationMs, nonce: engine.nonce() };
    const stored = await engine.store.put(
      { ...keyOf(target), version: (item?.version ?? 0) + 1, doc: JSON.stringify(record) },
      item?.version ?? 'absent',
    );
    return stored === 'stored' ? epochMs(start) : undefined;
  };

  return {
    reserve: async (target, count, ratePerSecond) => {
      for (;;) {
        const start = await tryReserve(target, (count * 1000) / ratePerSecond);
        if (start !== undefined) return start;
      }
    },
  };
};
