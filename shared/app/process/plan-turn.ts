import { callsDueAt } from '../../core/process/call/schedule.ts';
import type { IdentifiedOutput } from '../../core/process/output.ts';
import { outputId } from '../../core/process/output.ts';
import { ProcessError } from '../../core/process/process-error.ts';
import type { BroadcastState } from '../../core/process/turn.ts';
import { type EpochMs, epochMs } from '../../core/time/epoch.ts';
import { type KeyRecord, newKey, parseKeyItem, type StoredKey } from './key-record.ts';
import type { KeyTask, TaskResult } from './key-task.ts';
import { type HintNeeds, hintsStand, type KeyHints, needsOf, outboxHint } from './next-record.ts';
import { bindingOf, isLookedAfter, lookForOutputs, messagesOf, storeOwnOutputs } from './outputs.ts';
import type { ProcessDeps } from './process-deps.ts';
import { placeOfKey } from './process-key.ts';
import { type TurnResult, takeTurn } from './take-turn.ts';
import { type HintVerdict, judgeHint } from './timer-hint.ts';

/** A task with the record of its key. */
export type OpenTask = { readonly task: KeyTask; readonly stored: StoredKey };

/** A turn that was taken, not yet stored. */
export type PlannedTurn = OpenTask & {
  readonly verdicts: readonly HintVerdict[];
  readonly result: TurnResult;
  /** What is to be stored, but for its outbox; `undefined` where nothing changed. */
  readonly record: KeyRecord | undefined;
  /** New ones of this turn. */
  readonly outputs: readonly IdentifiedOutput[];
  readonly hints: KeyHints;
};

/** The outputs of a stored key with their ids. */
export const outputsOf = (process: string, key: string, { snapshot }: KeyRecord): IdentifiedOutput[] =>
  snapshot.outputs.map((output, n) => ({ ...output, id: outputId(process, key, { version: snapshot.version, n }) }));

/** Sees to it that what the last commit put out is where it should be: the next one forgets it (R3). */
const settleOutputs = async (deps: ProcessDeps, { task, stored }: OpenTask): Promise<TaskResult | undefined> => {
  const { record } = stored;
  if (!record.outbox || deps.delivered.has(record.nonce)) return undefined;
  const state = await lookForOutputs(deps.sending, record);
  if (state === 'early') {
    const { commitWithinMs, skewMs } = deps.engine.timing;
    return { kind: 'early', until: epochMs(record.outbox.at + commitWithinMs + skewMs) };
  }
  const outputs = outputsOf(task.process.name, task.key, record);
  const messages = messagesOf(task.process, outputs, record.outbox.at);
  if (!isLookedAfter(deps.sending, record.outbox.at)) await storeOwnOutputs(deps.sending, record.outbox, messages);
  if (state === 'missing') await deps.handOn(task.process, task.key, outputs);
  deps.delivered.add(record.nonce);
  return undefined;
};

const openTask = async (deps: ProcessDeps, task: KeyTask, stored: StoredKey): Promise<OpenTask | TaskResult> => {
  const open = { task, stored };
  try {
    return (await settleOutputs(deps, open)) ?? open;
  } catch (error) {
    return { kind: 'failed', error };
  }
};

/** Reads the keys of a batch; a key that cannot be read ends its own task only. */
export const openTasks = async (
  deps: ProcessDeps,
  tasks: readonly KeyTask[],
  now: EpochMs,
): Promise<(OpenTask | TaskResult)[]> => {
  const places = tasks.map(({ process, key }) => placeOfKey(process.name, key));
  const items = await deps.engine.store.getMany(places);
  const found = new Map(items.map((item) => [`${item.pk}|${item.sk}`, item]));
  return Promise.all(
    tasks.map((task, n) => {
      const place = places[n];
      const item = place && found.get(`${place.pk}|${place.sk}`);
      if (!item) return openTask(deps, task, newKey(now));
      const parsed = parseKeyItem(task.process, item, deps.snapshots);
      if (parsed.ok) return openTask(deps, task, parsed.value);
      deps.engine.telemetry.count('quarantined', 1);
      return { kind: 'failed' as const, error: new ProcessError(parsed.code, parsed.detail) };
    }),
  );
};

/** A hint that its writer may not commit any more: raising the version makes sure of it (H2). */
const isFenced = (verdicts: readonly HintVerdict[]): boolean => verdicts.some(({ kind }) => kind === 'void');

const hintsOf = (
  deps: ProcessDeps,
  { task, stored }: OpenTask,
  of: { needs: HintNeeds; now: EpochMs; bound: boolean },
): KeyHints => ({
  process: task.process.name,
  key: task.key,
  hints: of.bound ? [...of.needs.hints, outboxHint(deps.engine, of.now, stored.version)] : of.needs.hints,
  event: of.needs.eventHint === null ? null : { key: task.key, at: of.needs.eventHint, base: stored.version },
});

/** When somebody has to look after the calls of a key; at once, where they are not made here. */
const lookAfterCalls = (
  { calls }: ProcessDeps,
  { process }: KeyTask,
  { result, now }: { readonly result: TurnResult; readonly now: EpochMs },
): number | null => {
  const dueAt = callsDueAt(process.calls, result.snapshot.calls, now);
  return dueAt === null || calls ? dueAt : now;
};

/** Takes the turn of an open task: what is to be stored of it, and what reminds of its timers. */
export const planTurn = (
  deps: ProcessDeps,
  open: OpenTask,
  at: { readonly now: EpochMs; readonly broadcast: BroadcastState },
): PlannedTurn => {
  const { task, stored } = open;
  const { now } = at;
  const { process, key, inputs, maxCalls } = task;
  const { snapshot } = stored.record;
  const verdicts = task.reminders.map(({ hint, writtenAt }) =>
    judgeHint(stored, hint, { engine: deps.engine, writtenAt }),
  );
  // What the caller knows of the watermark may be a second old: a key never goes back behind what it has seen (P15).
  const watermark = Math.max(task.watermark, snapshot.watermark);
  const result = takeTurn(process, snapshot, { key, inputs, maxCalls, ...at, watermark });
  const needs = needsOf(result.snapshot, stored, {
    reminders: task.reminders,
    now,
    callsDueAt: lookAfterCalls(deps, task, { result, now }),
  });
  const stepped = result.snapshot !== snapshot;
  const changed = stepped || isFenced(verdicts) || !hintsStand(stored.record, needs);
  const outputs = stepped ? result.effects.outputs : [];
  const bound = outputs.some((output) => bindingOf(process, output) !== null);
  const { hintAt, eventHintAt } = needs;
  const next = { snapshot: result.snapshot, hintAt, eventHintAt, nonce: deps.engine.nonce() };
  return {
    ...open,
    verdicts,
    result,
    record: changed ? { ...next, outbox: stepped ? null : stored.record.outbox } : undefined,
    outputs,
    hints: hintsOf(deps, open, { needs, now: at.now, bound }),
  };
};
