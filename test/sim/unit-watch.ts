import { fromRuns } from '../../shared/core/runs.ts';
import type { LogRecord } from '../../shared/core/segment/unit-log.ts';
import type { Model } from './model.ts';

/** What one unit decided about one item. */
export type Decided =
  | {
      readonly kind: 'sent' | 'dead' | 'cancelled' | 'expired' | 'unknown' | 'void';
      readonly attempted: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'carried';
      readonly pk: string;
      readonly sk: string;
      readonly index: number;
      readonly attempted: boolean;
      readonly dueAt: number;
    };

/** A unit as its log grows. */
export type WatchedUnit = {
  readonly name: string;
  last: LogRecord;
  readonly owners: Map<number, string>;
  /** By `<entry sort key>|<index>`. */
  readonly decided: Map<string, Decided>;
  readonly perEntry: Map<string, number>;
  /** Entries of which a writer has told the log (T3). */
  readonly announced: Set<string>;
};

/** Reasons of ends that come without an attempt. */
const NOT_ATTEMPTED = new Set(['TARGET_NOT_FOUND', 'NOT_AFTER', 'MISSED', 'LOST_WORKER']);

export const makeWatchedUnit = (name: string, first: LogRecord): WatchedUnit => ({
  name,
  last: first,
  owners: new Map(),
  decided: new Map(),
  perEntry: new Map(),
  announced: new Set(),
});

const decide = (model: Model, unit: WatchedUnit, item: { e: string; i: number }, fate: Decided): void => {
  const name = `${item.e}|${item.i}`;
  if (unit.decided.has(name)) {
    model.violate(
      'P1',
      `item ${name} of ${unit.name} was decided twice: ${unit.decided.get(name)?.kind}, then ${fate.kind}`,
    );
    return;
  }
  unit.decided.set(name, fate);
  unit.perEntry.set(item.e, (unit.perEntry.get(item.e) ?? 0) + 1);
};

const takeDecisions = (model: Model, unit: WatchedUnit, record: LogRecord): void => {
  const { at } = record;
  for (const { e, i } of record.sent ?? []) {
    for (const index of fromRuns(i)) decide(model, unit, { e, i: index }, { kind: 'sent', attempted: true, at });
  }
  for (const item of record.ended ?? []) {
    const attempted = item.reason !== undefined && !NOT_ATTEMPTED.has(item.reason);
    decide(model, unit, item, { kind: item.k, attempted, at });
  }
  for (const { minute, shard, sk, items } of record.carries ?? []) {
    const pk = `${unit.name.slice(0, unit.name.indexOf('#'))}#${minute}#${shard}`;
    items.forEach((item, index) => {
      const attempted = item.reason !== undefined;
      decide(model, unit, item, { kind: 'carried', pk, sk, index, attempted, dueAt: item.dueAt });
    });
  }
};

/** Takes the next record of a unit's log and holds it against U1, U2 and the order of epochs. */
export const takeRecord = (model: Model, unit: WatchedUnit, record: LogRecord): void => {
  const before = unit.last;
  if (record !== before) {
    if (record.seq !== before.seq + 1) model.violate('U1', `${unit.name}: record ${record.seq} follows ${before.seq}`);
    if (record.epoch < before.epoch) model.violate('U1', `${unit.name}: epoch ${record.epoch} follows ${before.epoch}`);
    if (record.confirmed < before.confirmed)
      model.violate('U3', `${unit.name}: confirmed went back in record ${record.seq}`);
    if (before.settled && !record.announced)
      model.violate('U4', `${unit.name}: record ${record.seq} follows a settled one`);
  }
  const owner = unit.owners.get(record.epoch) ?? record.owner;
  unit.owners.set(record.epoch, owner);
  if (owner !== record.owner)
    model.violate('U1', `${unit.name}: epoch ${record.epoch} of ${owner} has a record of ${record.owner}`);
  unit.last = record;
  for (const sk of record.announced ?? []) unit.announced.add(sk);
  takeDecisions(model, unit, record);
};
