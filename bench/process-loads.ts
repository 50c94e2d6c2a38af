import { fileURLToPath } from 'node:url';
import { number, object } from 'valibot';
import type { ElementDraft } from '../shared/app/process/process-desk.ts';
import { defineProcess } from '../shared/core/process/definition.ts';
import { output } from '../shared/core/process/output.ts';
import { reducingState } from '../shared/core/process/state/spec.ts';

/** This module, for a runtime that runs its processes. */
export const PROCESSES_FILE = fileURLToPath(import.meta.url);

/** A sum by key. */
export const total = defineProcess({
  name: 'total',
  element: object({ n: number() }),
  output: output<number>(),
  state: { sum: reducingState<number>((held, added) => held + added) },
  onElement: ({ n }, { state }) => state.sum.add(n),
});

/** A timer by key: of the clock, or of event time where the element has it. */
export const remind = defineProcess({
  name: 'remind',
  element: object({ inMs: number() }),
  output: output<{ at: number }>({ target: 'sink' }),
  onElement: ({ inMs }, { now, timers, timestamp }) => {
    if (timestamp === null) timers.processing.set(now + inMs);
    else timers.event.set(timestamp + inMs);
  },
  onTimer: (at, { emit }) => emit({ at }),
});

/** Element `k` for `total`, as a source sends it: with an id, and in event time. */
export const elementOf = (
  k: number,
  { keys, from }: { readonly keys: number; readonly from: number },
): ElementDraft => ({
  key: `user-${k % keys}`,
  id: `evt-${k}`,
  timestamp: from + k,
  value: { n: 1 },
  input: 'main',
});

/** The numbers of the elements of each call. */
export function* batchesOf(n: number, size: number): Generator<readonly number[]> {
  for (let from = 0; from < n; from += size) {
    yield Array.from({ length: Math.min(size, n - from) }, (_, k) => from + k);
  }
}
