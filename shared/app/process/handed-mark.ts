import type { Process } from '../../core/process/definition.ts';
import type { IdentifiedOutput } from '../../core/process/output.ts';
import { isToProcess } from '../../core/process/wiring.ts';
import { type EpochMs, plusMs } from '../../core/time/epoch.ts';
import type { Engine } from '../engine.ts';
import { entryIdOf } from '../entry-id.ts';
import type { OutboxPart } from './key-record.ts';
import { bindingOf, type OutputPlan, ownMark } from './outputs.ts';

/**
 * A plan with the mark that stands for what its keys hand on to other processes. It is stored when all of them have; where
 * some did not commit, each of the others has one of its own. Who finds neither where a key names it hands that key's
 * outputs on again, under the same ids (O3).
 */
export type MarkedPlan = OutputPlan & {
  readonly mark?: ReturnType<typeof placeOfMark>;
  readonly givers: readonly number[];
};

export const handsOn = (process: Process, outputs: readonly IdentifiedOutput[]): boolean =>
  outputs.some((output) => isToProcess(bindingOf(process, output)));

/** `givers` are the numbers of the keys that hand something on. */
export const withHandedMark = (sending: Engine, plan: OutputPlan, givers: readonly number[]): MarkedPlan => {
  if (givers.length === 0) return { ...plan, givers };
  const mark = placeOfMark(sending.owner, sending.nonce());
  const outboxes = new Map(plan.outboxes);
  for (const n of givers)
    outboxes.set(n, { at: plan.at, parts: [...(outboxes.get(n)?.parts ?? []), markPart(mark, n)] });
  return { ...plan, outboxes, mark, givers };
};

export const storeHandedMark = async (
  engine: Engine,
  { mark, givers, at }: MarkedPlan,
  committed: ReadonlySet<number>,
): Promise<void> => {
  if (!mark) return;
  // A key whose commit failed may have committed all the same, and has handed on nothing.
  const handed = givers.filter((n) => committed.has(n));
  if (handed.length === givers.length) await storeMark(engine, mark, at);
  else for (const n of handed) await storeMark(engine, ownMark(markPart(mark, n)), at);
};

const markPart = (mark: ReturnType<typeof placeOfMark>, giver: number): OutboxPart => ({ ...mark, first: giver, n: 0 });

export const placeOfMark = (
  ...identity: readonly (string | number)[]
): { readonly pk: string; readonly sk: string } => ({
  pk: `handed#${entryIdOf('handed', ...identity)}`,
  sk: '-',
});

export const storeMark = async (
  { store, retentionMs }: Engine,
  { pk, sk }: ReturnType<typeof placeOfMark>,
  at: EpochMs,
): Promise<void> => {
  const expiresAt = Math.ceil(plusMs(at, retentionMs) / 1000);
  await store.put({ table: 'segments', pk, sk, version: 1, expiresAt }, 'any');
};
