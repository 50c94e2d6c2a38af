import type { Process } from '../../core/process/definition.ts';
import type { IdentifiedOutput } from '../../core/process/output.ts';
import type { BroadcastState } from '../../core/process/turn.ts';
import type { Engine } from '../engine.ts';
import type { CallDriver } from './call-driver.ts';
import type { ProcessCounters } from './process-counters.ts';
import type { SnapshotCache } from './snapshot-cache.ts';

/** What all keys of processes may read, as of now or a moment ago. */
export type BroadcastReader = {
  of(processes: ReadonlySet<Process>): Promise<ReadonlyMap<string, BroadcastState>>;
};

/** Remembers commits of this process of the operating system whose outputs are in place. */
export type Delivered = { has(nonce: string): boolean; add(nonce: string): void };

/** What the shell of process functions stands on; one per process of the operating system. */
export type ProcessDeps = {
  /** The engine of the timeline `process`: its hints are timers. */
  readonly engine: Engine;
  /** The engine of the timeline `send`: outputs leave as messages. */
  readonly sending: Engine;
  readonly counters: ProcessCounters;
  readonly broadcasts: BroadcastReader;
  readonly delivered: Delivered;
  readonly snapshots: SnapshotCache;
  /** Makes asynchronous calls here; without it they are left to the workers that hints come to. */
  readonly calls: Pick<CallDriver, 'offer'> | undefined;
  /** Asks for a wave where the watermark has reached an event timer at `at` already. */
  reached(process: Process, at: number): Promise<void>;
  /** Feeds the outputs that are bound to other processes to them; again, it changes nothing. */
  handOn(process: Process, key: string, outputs: readonly IdentifiedOutput[]): Promise<void>;
};

const MAX_REMEMBERED = 50_000;

export const makeDelivered = (): Delivered => {
  const nonces = new Set<string>();
  return {
    has: (nonce) => nonces.has(nonce),
    add: (nonce) => {
      nonces.add(nonce);
      if (nonces.size > MAX_REMEMBERED) nonces.delete(nonces.values().next().value as string);
    },
  };
};
