import type { Process } from '../../core/process/definition.ts';
import type { IdentifiedOutput } from '../../core/process/output.ts';
import { isToProcess } from '../../core/process/wiring.ts';
import { type EpochMs, plusMs } from '../../core/time/epoch.ts';
import type { Engine } from '../engine.ts';
import { entryIdOf } from '../entry-id.ts';
import type { OutboxPart } from './key-record.ts';
import { bindingOf, type OutputPlan } from './outputs.ts';

/**
 * A plan with the mark that stands for what its keys hand on to other processes. It is stored when all of them have: who
 * finds none where a key names it hands that key's outputs on again, under the same ids (O3).
 */
export type MarkedPlan = OutputPlan & { readonly mark?: OutboxPart; readonly givers: readonly number[] };

export const handsOn = (process: Process, outputs: readonly IdentifiedOutput[]): boolean =>
  outputs.some((output) => isToProcess(bindingOf(process, output)));

/** `givers` are the numbers of the keys that hand something on. */
export const withHandedMark = (sending: Engine, plan: OutputPlan, givers: readonly number[]): MarkedPlan => {
  if (givers.length === 0) return { ...plan, givers };
  const mark = { ...placeOfMark(sending.owner, sending.nonce()), first: 0, n: 0 };
  const outboxes = new Map(plan.outboxes);
  for (const n of givers) outboxes.set(n, { at: plan.at, parts: [...(outboxes.get(n)?.parts ?? []), mark] });
  return { ...plan, outboxes, mark, givers };
};

export const storeHandedMark = async (
  engine: Engine,
  { mark, givers, at }: MarkedPlan,
  committed: ReadonlySet<number>,
): Promise<void> => {
  // A key whose commit failed may have committed all the same, and has handed on nothing.
  if (mark && givers.every((n) => committed.has(n))) await storeMark(engine, mark, at);
};

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
