import type { Target } from '../../core/delivery/target.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { epochMs } from '../../core/time/epoch.ts';
import type { Item, ItemKey } from '../../ports/item-store.ts';
import type { Engine } from '../engine.ts';
import { readSealed, sealJson } from '../sealed-text.ts';

/** Hands out slots so that all senders together keep to a target's rate. */
export type Pacer = {
  /** The first of `count` slots that are `1000 / ratePerSecond` ms apart, none before now. */
  reserve(target: PacedTarget, count: number, ratePerSecond: number): Promise<EpochMs>;
};

/** A target that was made anew, or has another rate, owes nothing to the slots of before. */
export type PacedTarget = Pick<Target, 'name' | 'createdAt'>;

/** The slots of a target as one item: when the next one is free (the "theoretical arrival time" of GCRA). */
type PaceRecord = {
  readonly freeAt: number;
  readonly rate: number;
  readonly createdAt: number;
  readonly nonce: string;
};

const keyOf = (target: string): ItemKey => ({ table: 'control', pk: 'pace', sk: target });

const KEPT_SECONDS = 86_400;

/** A record that cannot be read hands out slots from now on, as if there were none (F51). */
const parseRecord = (item: Item | undefined): Partial<PaceRecord> => (item && readSealed<PaceRecord>(item)) ?? {};

/** A pacer whose slots are shared through the store: one conditional write for each run of slots. */
export const makePacer = (engine: Engine): Pacer => {
  const tryReserve = async (target: PacedTarget, count: number, rate: number): Promise<EpochMs | undefined> => {
    const { name, createdAt } = target;
    const item = await engine.store.get(keyOf(name));
    const there = parseRecord(item);
    const holds = there.rate === rate && there.createdAt === createdAt;
    const start = Math.max(holds ? (there.freeAt ?? 0) : 0, engine.clock.now());
    const freeAt = start + (count * 1000) / rate;
    const record: PaceRecord = { freeAt, rate, createdAt, nonce: engine.nonce() };
    const stored = await engine.store.put(
      {
        ...keyOf(name),
        version: (item?.version ?? 0) + 1,
        doc: sealJson(keyOf(name), record),
        expiresAt: Math.ceil(freeAt / 1000) + KEPT_SECONDS,
      },
      item?.version ?? 'absent',
    );
    return stored === 'stored' ? epochMs(start) : undefined;
  };

  return {
    reserve: async (target, count, ratePerSecond) => {
      for (;;) {
        const start = await tryReserve(target, count, ratePerSecond);
        if (start !== undefined) return start;
      }
    },
  };
};
