import type { Data } from '../../core/process/data.ts';
import type { Process } from '../../core/process/definition.ts';
import type { IdentifiedOutput } from '../../core/process/output.ts';
import type { Timer, TimerDomain } from '../../core/process/timer.ts';
import type { PartitionMark, PartitionName } from '../../core/process/watermark/source-watermarks.ts';
import type { Counters } from './process-counters.ts';

/** An element as a source hands it over; `value` is not yet held to the schema. */
export type ElementDraft = {
  readonly key: string;
  /** `null`: it is not recognised when it comes again. */
  readonly id: string | null;
  readonly timestamp: number | null;
  readonly value: unknown;
  readonly input: string;
};

/** What became of an element. `refused` is the caller's fault, `failed` the handler's: nothing of either is stored. */
export type ElementFate =
  | { readonly kind: 'accepted' /** It went to the side output `late`. */; readonly late?: true }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'refused' | 'failed'; readonly code: string; readonly detail: string };

export type KeyView = {
  readonly key: string;
  readonly version: number;
  readonly state: Readonly<Record<string, Data>>;
  readonly timers: readonly Timer[];
  /** Up to where event timers of the key have fired. */
  readonly watermark: number;
  /** Outputs of the last commit that are not stored as messages yet. */
  readonly pendingOutputs: readonly IdentifiedOutput[];
};

export type PartitionView = PartitionName & PartitionMark & { readonly idle: boolean; readonly holdsBack: boolean };

export type ProcessView = {
  readonly name: string;
  readonly watermark: number;
  readonly firedThrough: number;
  /** Inputs that have no watermark yet, and hold the process back. */
  readonly waitsFor: readonly string[];
  readonly partitions: readonly PartitionView[];
  readonly counters: Counters;
};

export type TimerName = { readonly domain: TimerDomain; readonly at: number; readonly name: string | null };

/** The use cases of process functions; built by `makeProcessRuntime`. */
export type ProcessDesk = {
  names(): readonly string[];
  find(name: string): Process | undefined;
  describe(process: Process): Promise<ProcessView>;
  /** Commits elements of one source partition in their order; when it resolves they are stored, and seen by the watermark. */
  submit(process: Process, elements: readonly ElementDraft[], partition: string): Promise<readonly ElementFate[]>;
  /** Sets the watermark of a partition of a source that brings its own. */
  advance(process: Process, at: PartitionName, watermark: number): Promise<{ published: number; advanced: boolean }>;
  /** Ends the input of a process. */
  end(process: Process): Promise<number>;
  keys(
    process: Process,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly items: readonly KeyView[]; readonly next: string | null }>;
  key(process: Process, key: string): Promise<KeyView | undefined>;
  /** Deletes a timer; `undefined` where the key has none like it. */
  deleteTimer(process: Process, key: string, timer: TimerName): Promise<KeyView | undefined>;
  /** Sets a timer for another instant, whether or not it is still there; `undefined` where there is no such key. */
  armTimer(process: Process, key: string, arm: { timer: TimerName; at: number }): Promise<KeyView | undefined>;
};
