import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type EpochMs, plusMs } from '../shared/core/time/epoch.ts';
import type { Clock } from '../shared/ports/clock.ts';
import { withinTime } from './within-time.ts';

/** A function behind a queue of pointers. */
export type PointerFunction = (
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

/** Works on one record; true where it has served. Starts nothing from `stopAt` on, and never rejects. */
export type ServePointer = (record: SQSRecord, stopAt: EpochMs) => Promise<boolean>;

/** No attempt starts when less is left: the longest one takes 10 s, then what was done is logged and handed back. */
const STOP_BEFORE_MS = 13_000;

/** Works off a batch of pointers, all at once. Reported as failed are those that did not serve, or did not end in time. */
export const makePointerFunction = (clock: Clock, serve: ServePointer): PointerFunction => {
  return async ({ Records: records }, context) => {
    const deadline = plusMs(clock.now(), context.getRemainingTimeInMillis());
    const stopAt = plusMs(deadline, -STOP_BEFORE_MS);
    const unfinished = new Set(records.map(({ messageId }) => messageId));
    const noted = ({ messageId }: SQSRecord, served: boolean): boolean => served && unfinished.delete(messageId);
    const work = records.map((record) => serve(record, stopAt).then((served) => noted(record, served)));
    await withinTime(Promise.all(work), clock, deadline);
    return { batchItemFailures: [...unfinished].map((itemIdentifier) => ({ itemIdentifier })) };
  };
};
