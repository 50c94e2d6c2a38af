import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Sender } from '../../shared/app/send/make-sender.ts';
import { decodePointer } from '../../shared/core/segment/pointer.ts';
import { type EpochMs, plusMs } from '../../shared/core/time/epoch.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { describeError } from '../../shared/telemetry/describe-error.ts';

export type SendDeps = {
  readonly sender: Pick<Sender, 'work'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
};

export type SendFunction = (
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

/** No attempt starts when less is left: the longest one takes 10 s, then what was done is logged and handed back. */
const STOP_BEFORE_MS = 13_000;

/** The answer goes out so long before the deadline even where a unit hangs: then only that one counts as failed. */
const ANSWER_BEFORE_MS = 1_000;

/**
 * Works off the units that a batch of pointers names, all at once. Reported as failed are records that are no pointers
 * (F16) and units that threw or did not end in time; never one that ended, and never one that is not there (F17).
 */
export const makeSend = (deps: SendDeps): SendFunction => {
  const { clock } = deps;
  return async ({ Records: records }, context) => {
    const deadline = plusMs(clock.now(), context.getRemainingTimeInMillis());
    const stopAt = plusMs(deadline, -STOP_BEFORE_MS);
    const unfinished = new Set(records.map(({ messageId }) => messageId));
    const work = records.map(async (record) => {
      if (await serve(deps, record, stopAt)) unfinished.delete(record.messageId);
    });
    await withinTime(Promise.all(work), clock, plusMs(deadline, -ANSWER_BEFORE_MS));
    return { batchItemFailures: [...unfinished].map((itemIdentifier) => ({ itemIdentifier })) };
  };
};

/** True where the pointer has served. */
const serve = async ({ sender, telemetry }: SendDeps, record: SQSRecord, stopAt: EpochMs): Promise<boolean> => {
  const unit = decodePointer(record.body);
  if (unit === undefined) {
    telemetry.note('error', 'pointer unreadable', { messageId: record.messageId });
    return false;
  }
  try {
    if ((await sender.work(unit, stopAt)) === 'stale') telemetry.count('stale', 1);
    return true;
  } catch (error) {
    telemetry.note('error', 'unit failed', describeError(error));
    return false;
  }
};

/** Waits for `work`, but not beyond `until`. */
const withinTime = async (work: Promise<unknown>, clock: Clock, until: EpochMs): Promise<void> => {
  const done = new AbortController();
  await Promise.race([work, clock.sleepUntil(until, done.signal)]);
  done.abort();
};
