import type { Attempt } from './attempt.ts';
import { callId } from './call/pending-call.ts';
import { type Output, outputId } from './output.ts';
import type { Process } from './process.ts';
import type { Snapshot } from './snapshot.ts';
import type { Effects, Turn } from './turn.ts';

/** The snapshot that an attempt leaves. */
export const snapshotOf = (process: Process, before: Snapshot, result: Attempt): Snapshot => ({
  version: before.version + 1,
  watermark: result.watermark,
  passFirings: result.passFirings,
  stateVersion: process.stateVersion,
  state: result.run.states(),
  ...result.run.pending(),
  seen: result.seen,
  outputs: result.run.outputs,
});

type Figures = Pick<Attempt, 'applied' | 'duplicates' | 'fired' | 'failure' | 'more' | 'refused' | 'late'>;

/** What is to be done after the turn that led from `before` to `next`. */
export const effectsOf = (
  process: Process,
  turn: Turn,
  result: Figures & { readonly before: Snapshot; readonly next: Snapshot },
): Effects => {
  const { applied, duplicates, fired, failure, more, refused, late, before, next } = result;
  const { version } = next;
  const outputs = next.outputs.map((output, n) => ({
    ...output,
    id: outputId(process.name, turn.key, { version, n }),
  }));
  const identified = <C extends { version: number; n: number }>(call: C): C & { id: string } => ({
    ...call,
    id: callId(process.name, turn.key, call),
  });
  const calls = next.calls.filter(({ outcome }) => outcome === null).map(identified);
  const failedCalls = next.failedCalls.map(identified);
  const diverted = countDiverted(before === next ? [] : next.outputs);
  return { outputs, applied, duplicates, fired, failure, more, refused, calls, failedCalls, late, diverted };
};

function countDiverted(outputs: readonly Output[]): Effects['diverted'] {
  const counts = { late: 0, future: 0, tooLarge: 0 };
  for (const { output } of outputs) {
    if (output === 'late' || output === 'future' || output === 'tooLarge') counts[output]++;
  }
  return counts;
}
