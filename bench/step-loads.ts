import { rollingSessions } from '../examples/rolling-sessions/rolling-sessions.ts';
import { defineProcess, type Process } from '../shared/core/process/definition.ts';
import { output } from '../shared/core/process/output.ts';
import { emptySnapshot } from '../shared/core/process/snapshot.ts';
import { decodeSnapshot, encodeSnapshot } from '../shared/core/process/snapshot-codec.ts';
import type { StandardSchema } from '../shared/core/process/standard-schema.ts';
import { reducingState } from '../shared/core/process/state/spec.ts';
import { step } from '../shared/core/process/step.ts';
import type { ElementInput } from '../shared/core/process/turn.ts';

const KEYS = 50;
const BATCH = 100;
const MINUTE = 60_000;
/** Batches of a key before the measurement: then a user's sessions fill their six hours. */
const FILL = 180;

const numbers: StandardSchema<number> = {
  '~standard': { version: 1, vendor: 'meridian', validate: (value) => ({ value: value as number }) },
};

const keyedSum = defineProcess({
  name: 'keyed-sum',
  element: numbers,
  output: output<number>(),
  state: { sum: reducingState<number>((held, added) => held + added) },
  onElement: (value, { state }) => state.sum.add(value),
});

const timerBurst = defineProcess({
  name: 'timer-burst',
  element: numbers,
  output: output<number>(),
  onElement: (at, { timers }) => timers.event.set(at),
  onTimer: (at, { emit }) => emit(at),
});

type Load = {
  readonly process: Process;
  /** The batch of a key in a round: its elements, and the watermark that they meet. */
  readonly batch: (round: number) => { readonly inputs: readonly ElementInput[]; readonly watermark: number };
  readonly counts: 'elements' | 'firings';
};

const element = (value: unknown, timestamp: number): ElementInput => ({
  kind: 'element',
  input: 'main',
  id: null,
  timestamp,
  value,
});

const elements = (make: (n: number) => ElementInput): readonly ElementInput[] =>
  Array.from({ length: BATCH }, (_, n) => make(n));

export const LOADS: Readonly<Record<string, Load>> = {
  // A user's sessions of two minutes a batch: the state holds hours of minutes, a row falls due a minute.
  rollingSessions: {
    process: rollingSessions,
    counts: 'elements',
    batch: (round) => ({
      inputs: elements((n) => element({ durationMs: n }, (2 * round + n / BATCH) * MINUTE)),
      watermark: 2 * round * MINUTE,
    }),
  },
  keyedSum: {
    process: keyedSum,
    counts: 'elements',
    batch: (round) => ({ inputs: elements((n) => element(n, round)), watermark: round }),
  },
  timers: {
    process: timerBurst,
    counts: 'firings',
    batch: (round) => ({
      inputs: round % 2 === 0 ? elements((n) => element(round * BATCH + n, round)) : [],
      watermark: round % 2 === 0 ? round * BATCH - 1 : (round + 1) * BATCH,
    }),
  },
};

/** Elements, or firings, a second on this core; the state is decoded and encoded once for each batch and key. */
export function measure({ process, batch, counts }: Load, n: number): number {
  const stored = new Map<string, Uint8Array>();
  const keys = Array.from({ length: KEYS }, (_, key) => `user-${key}`);
  let done = 0;
  let spent = 0;
  for (let round = 0; done < n; round++) {
    const { inputs, watermark } = batch(round);
    const from = performance.now();
    for (const key of keys) {
      const bytes = stored.get(key);
      const decoded = bytes && decodeSnapshot(process, bytes);
      const snapshot = decoded?.ok ? decoded.value : emptySnapshot;
      const { snapshot: next, effects } = step(process, snapshot, { key, inputs, now: round, watermark });
      if (effects.failure) throw effects.failure.error;
      stored.set(key, encodeSnapshot(next));
      if (round >= FILL) done += counts === 'elements' ? effects.applied : effects.fired;
    }
    // Setting the timers is not what is measured, firing them is.
    if (round >= FILL && (counts === 'elements' || inputs.length === 0)) spent += performance.now() - from;
  }
  return Math.round((done / spent) * 1000);
}
