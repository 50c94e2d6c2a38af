import { randomUUID } from 'node:crypto';
import type { Engine } from '../shared/app/engine.ts';
import { makeLedgerBook } from '../shared/app/ledger-book.ts';
import { makeProcessRuntime } from '../shared/app/process/make-process-runtime.ts';
import type { ProcessDesk } from '../shared/app/process/process-desk.ts';
import { makeSystemClock } from '../shared/aws/system-clock.ts';
import type { Process } from '../shared/core/process/definition.ts';
import { DEFAULT_TIMING } from '../shared/core/segment/timing.ts';
import { makeMemoryQueue } from '../shared/memory/memory-queue.ts';
import { makeMemoryStore } from '../shared/memory/memory-store.ts';
import { makeMemoryTelemetry } from '../shared/memory/telemetry.ts';

const SHARDS = 4;
const RETENTION_MS = 14 * 86_400_000;

/** Processes in this process of the operating system, on the memory adapters and the real clock. */
export const makeMemoryDesk = (processes: readonly Process[]): ProcessDesk => {
  const clock = makeSystemClock();
  const store = makeMemoryStore();
  const sending: Engine = {
    timeline: 'send',
    store,
    queue: makeMemoryQueue({ clock }),
    clock,
    telemetry: makeMemoryTelemetry(),
    ledgers: makeLedgerBook(store, 'bench'),
    timing: DEFAULT_TIMING,
    shards: SHARDS,
    retentionMs: RETENTION_MS,
    owner: 'bench',
    isDead: () => false,
    nonce: randomUUID,
  };
  return makeProcessRuntime({ engine: { ...sending, timeline: 'process' }, sending, processes }).desk;
};
