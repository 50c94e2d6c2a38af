import { hash32 } from '../../core/hash.ts';
import { stepBroadcast } from '../../core/process/broadcast-step.ts';
import type { Process } from '../../core/process/definition.ts';
import { type IdentifiedOutput, outputId } from '../../core/process/output.ts';
import { ProcessError } from '../../core/process/process-error.ts';
import { makeRecentIds } from '../../core/process/recent-ids.ts';
import type { BroadcastState, ElementInput } from '../../core/process/turn.ts';
import { isToProcess } from '../../core/process/wiring.ts';
import { minuteOf } from '../../core/segment/bucket.ts';
import { entrySortKey, partitionKey } from '../../core/segment/segment-key.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { ItemKey } from '../../ports/item-store.ts';
import type { Engine } from '../engine.ts';
import { entryIdOf } from '../entry-id.ts';
import { handsOn, placeOfMark, storeMark } from './handed-mark.ts';
import type { Outbox } from './key-record.ts';
import { decodeNamed, encodeNamed } from './named-record.ts';
import { noteThrown } from './note-thrown.ts';
import { bindingOf, isLookedAfter, isStored, messagesOf, storeOwnOutputs } from './outputs.ts';
import type { BroadcastReader, ProcessDeps } from './process-deps.ts';
import type { InputFate } from './take-turn.ts';

/** The broadcast state of a process: one item. Its outputs stay in it until the next change, which sees them stored. */
type BroadcastRecord = {
  readonly state: BroadcastState;
  readonly seen: readonly string[];
  readonly outputs: readonly IdentifiedOutput[];
  readonly changedAt: EpochMs;
  /** How many shards its outputs are spread over; those of before do not say so. */
  readonly shards?: number;
  readonly nonce: string;
};

type Stored = { readonly record: BroadcastRecord; readonly version: number };

export type BroadcastBook = BroadcastReader & {
  /** Applies elements in their order; when it resolves, they are committed and what they put out is stored. */
  apply(process: Process, elements: readonly ElementInput[], watermark: number): Promise<readonly InputFate[]>;
};

/** What keys read may be so old: a worker elsewhere changed it. */
const FRESH_MS = 1_000;

const keyOf = (process: string): ItemKey => ({ table: 'control', pk: `broadcast#${process}`, sk: '-' });

const NOTHING: BroadcastRecord = { state: {}, seen: [], outputs: [], changedAt: 0 as EpochMs, nonce: '' };

/** The one place where the outputs of a version go, so that storing them again changes nothing. */
const outboxOf = (sending: Engine, process: string, { record, version }: Stored): Outbox => {
  const entryId = entryIdOf('broadcast', process, version);
  const segment = {
    timeline: sending.timeline,
    minute: minuteOf(record.changedAt),
    shard: hash32(entryId) % (record.shards ?? sending.shards),
  };
  const part = { pk: partitionKey(segment), sk: entrySortKey('L', record.changedAt, entryId), first: 0 };
  return { at: record.changedAt, parts: [{ ...part, n: record.outputs.length }] };
};

type Change = { readonly next: BroadcastRecord; readonly fates: InputFate[] };

/** What is broadcast belongs to no key, so the binding has to give one. */
const requireKey = (process: Process, output: IdentifiedOutput): void => {
  const binding = bindingOf(process, output);
  if (!isToProcess(binding) || binding.key) return;
  throw new ProcessError(
    'INVALID_DATA',
    `A broadcast of process "${process.name}" puts out to process "${binding.process}" without a key: give the binding one.`,
  );
};

const applyAll = (
  process: Process,
  { record, version }: Stored,
  of: { elements: readonly ElementInput[]; now: EpochMs; watermark: number; nonce: string; shards: number },
): Change => {
  const ids = makeRecentIds(record.seen, process.limits.rememberedIds);
  const outputs: IdentifiedOutput[] = [];
  let { state } = record;
  const fates = of.elements.map((element): InputFate => {
    if (element.id !== null && ids.has(element.id)) return { kind: 'duplicate' };
    try {
      const { value, timestamp } = element;
      const stepped = stepBroadcast(process, state, { value, timestamp, now: of.now, watermark: of.watermark });
      const identified = stepped.outputs.map((output, n) => {
        const id = outputId(process.name, '', { version: version + 1, n: outputs.length + n });
        return { ...output, id };
      });
      for (const output of identified) requireKey(process, output);
      state = stepped.state;
      outputs.push(...identified);
    } catch (error) {
      return { kind: 'failed', error };
    }
    if (element.id !== null) ids.add(element.id);
    return { kind: 'applied' };
  });
  return { next: { state, seen: ids.list(), outputs, changedAt: of.now, shards: of.shards, nonce: of.nonce }, fates };
};

export const makeBroadcastBook = (engine: Engine, sending: Engine, handOn: ProcessDeps['handOn']): BroadcastBook => {
  const known = new Map<string, { state: BroadcastState; readAt: EpochMs }>();

  const read = async (process: string): Promise<Stored> => {
    const readAt = engine.clock.now();
    const item = await engine.store.get(keyOf(process));
    const record = item ? decodeNamed<BroadcastRecord>(item, process) : NOTHING;
    const stored = { record, version: item?.version ?? 0 };
    known.set(process, { state: stored.record.state, readAt });
    return stored;
  };

  const settle = async (process: Process, stored: Stored): Promise<void> => {
    const { outputs, changedAt } = stored.record;
    if (isLookedAfter(sending, changedAt)) return;
    const messages = messagesOf(process, outputs, changedAt);
    if (messages.length > 0) await storeOwnOutputs(sending, outboxOf(sending, process.name, stored), messages);
    const mark = placeOfMark('broadcast', process.name, stored.version);
    if (!handsOn(process, outputs) || (await isStored(sending, mark))) return;
    await handOn(process, '', outputs);
    await storeMark(sending, mark, changedAt);
  };

  const put = async (process: string, next: Stored): Promise<boolean> => {
    const item = { ...keyOf(process), version: next.version, doc: encodeNamed(process, next.record) };
    if ((await engine.store.put(item, next.version === 1 ? 'absent' : next.version - 1)) === 'stored') return true;
    return (await read(process)).record.nonce === next.record.nonce;
  };

  return {
    of: async (processes) => {
      const states = new Map<string, BroadcastState>();
      for (const { name, broadcast } of processes) {
        if (!broadcast) continue;
        const cached = known.get(name);
        const age = engine.clock.now() - (cached?.readAt ?? 0);
        const isFresh = cached !== undefined && age >= 0 && age < FRESH_MS;
        states.set(name, isFresh ? cached.state : (await read(name)).record.state);
      }
      return states;
    },
    apply: async (process, elements, watermark) => {
      for (;;) {
        const stored = await read(process.name);
        await settle(process, stored);
        const of = { elements, now: engine.clock.now(), watermark, nonce: engine.nonce(), shards: sending.shards };
        const { next, fates } = applyAll(process, stored, of);
        for (const fate of fates) if (fate.kind === 'failed') noteThrown(engine, process, [fate.error]);
        if (fates.every(({ kind }) => kind !== 'applied')) return fates;
        const changed = { record: next, version: stored.version + 1 };
        if (!(await put(process.name, changed))) continue;
        known.set(process.name, { state: next.state, readAt: of.now });
        await settle(process, changed);
        return fates;
      }
    },
  };
};
