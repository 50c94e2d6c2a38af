import { type Heap, makeHeap } from '../core/heap.ts';
import type { Snapshot } from '../core/process/snapshot.ts';

export type Reached = { readonly watermark: number; readonly over: number };

/** When the first due timer of a key was due, or `null`: event timers wait for a watermark the key has not seen. */
export const dueAt = ({ event, processing, watermark }: Snapshot, reached: Reached): number | null => {
  const first = event[0]?.at ?? Number.POSITIVE_INFINITY;
  const eventAt = watermark < reached.watermark && first <= reached.watermark ? first : Number.POSITIVE_INFINITY;
  const processingAt = processing[0]?.at ?? Number.POSITIVE_INFINITY;
  const at = Math.min(eventAt, processingAt <= reached.over ? processingAt : Number.POSITIVE_INFINITY);
  return at === Number.POSITIVE_INFINITY ? null : at;
};

type Due = { readonly key: string; readonly at: number };

/** Fires the due timers of all keys in the order of their times, as one Flink task does: `fire` returns the key's next. */
export const fireInOrder = (due: Iterable<Due>, fire: (key: string, through: number) => number | null): void => {
  const heap: Heap<Due> = makeHeap(({ at }) => at);
  for (const key of due) heap.push(key);
  for (let first = heap.pop(); first; first = heap.pop()) {
    const next = fire(first.key, heap.peek()?.at ?? Number.POSITIVE_INFINITY);
    if (next !== null) heap.push({ key: first.key, at: next });
  }
};
