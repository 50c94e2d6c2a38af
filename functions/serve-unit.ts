import type { SQSRecord } from 'aws-lambda';
import { describeError } from '../shared/app/describe-error.ts';
import type { Sender } from '../shared/app/send/make-sender.ts';
import type { WorkResult } from '../shared/app/send/work-unit.ts';
import { decodePointer } from '../shared/core/segment/pointer.ts';
import type { Telemetry } from '../shared/ports/telemetry.ts';
import type { ServePointer } from './pointer-batch.ts';

export type UnitDeps = { readonly sender: Pick<Sender, 'work'>; readonly telemetry: Telemetry };

/** True where `work` ended; what it threw is noted as `event`. */
export const ended = async (
  telemetry: Telemetry,
  work: () => Promise<unknown>,
  event = 'unit failed',
): Promise<boolean> => {
  try {
    await work();
    return true;
  } catch (error) {
    telemetry.note('error', event, describeError(error));
    return false;
  }
};

/**
 * Works off the unit that a record names: a record that is no pointer fails (F16), one to nothing has served (F17). Not by async
 * functions: a thousand units of a herd wait in this, and each level of them keeps half a kilobyte for each.
 */
export const makeServeUnit = ({ sender, telemetry }: UnitDeps): ServePointer => {
  const noted = (result: WorkResult): void => {
    if (result === 'stale') telemetry.count('stale', 1);
  };
  return (record: SQSRecord, stopAt) => {
    const unit = decodePointer(record.body);
    if (unit === undefined) {
      telemetry.note('error', 'pointer unreadable', { messageId: record.messageId });
      return Promise.resolve(false);
    }
    return ended(telemetry, () => sender.work(unit, stopAt).then(noted));
  };
};
