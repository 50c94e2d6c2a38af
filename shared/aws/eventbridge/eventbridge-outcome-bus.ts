import { inTurns } from '../../core/in-turns.ts';
import { epochMs } from '../../core/time/epoch.ts';
import { formatInstant } from '../../core/time/instant.ts';
import type { BatchSender, EventEntry } from '../../ports/batch-sender.ts';
import { MAX_BATCH_ENTRIES } from '../../ports/batch-sender.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FinalOutcome, OutcomeBus } from '../../ports/outcome-bus.ts';
import { waitBefore } from '../backoff.ts';

const SOURCE = 'meridian';
const DETAIL_TYPE = 'meridian.message.';

/** Calls that may be under way at once. */
const CALLS_AT_ONCE = 8;
const CALL_TIMEOUT_MS = 1_000;

/** The worker of a unit waits for its outcomes to be published: so long, while the bus takes some of them or none. */
const PATIENCE_MS = 5_000;

/** A bus that exhausted it is left alone, so that a worker spends most of its time on messages. */
const REST_MS = 30_000;

export type OutcomeBusOptions = {
  readonly sender: BatchSender<EventEntry>;
  /** The name of the event bus, or its ARN. */
  readonly eventBus: string;
  readonly clock: Clock;
  /** In [0, 1), for the waits between tries. */
  readonly random: () => number;
};

/** An {@link OutcomeBus} on an event bus of EventBridge. */
export const makeEventBridgeOutcomeBus = ({ sender, eventBus, clock, random }: OutcomeBusOptions): OutcomeBus => {
  let restsUntil = epochMs(0);

  const publishBatch = async (batch: readonly EventEntry[], giveUpAt: number): Promise<number> => {
    let refused = 0;
    let left = batch;
    for (let tries = 1; clock.now() >= restsUntil; tries += 1) {
      const faults = await sender.sendBatch(eventBus, left, CALL_TIMEOUT_MS);
      const again = faults.filter(({ reason }) => reason !== 'refused');
      refused += faults.length - again.length;
      left = again.flatMap(({ index }) => left[index] ?? []);
      if (left.length === 0) break;
      const next = epochMs(clock.now() + waitBefore(tries, random));
      if (next > giveUpAt) restsUntil = epochMs(clock.now() + REST_MS);
      else await clock.sleepUntil(next);
    }
    return refused + left.length;
  };

  return {
    publish: async (outcomes) => {
      const giveUpAt = clock.now() + PATIENCE_MS;
      const batches = batchesOf(outcomes.map(toEntry));
      const lost = await inTurns(batches, CALLS_AT_ONCE, (batch) => publishBatch(batch, giveUpAt));
      return lost.reduce((sum, n) => sum + n, 0);
    },
  };
};

const toEntry = ({ kind, dueAt, at, ...facts }: FinalOutcome): EventEntry => ({
  source: SOURCE,
  detailType: DETAIL_TYPE + kind,
  detail: JSON.stringify({ ...facts, dueAt: formatInstant(dueAt), at: formatInstant(at) }),
});

/** An entry has at most a kilobyte or two, so ten of them are far below what a call takes. */
const batchesOf = (entries: readonly EventEntry[]): EventEntry[][] =>
  Array.from({ length: Math.ceil(entries.length / MAX_BATCH_ENTRIES) }, (_, n) =>
    entries.slice(n * MAX_BATCH_ENTRIES, (n + 1) * MAX_BATCH_ENTRIES),
  );
