import type { Context } from 'aws-lambda';
import type { ApiLimits } from '../../shared/api/limits.ts';
import type { CarriedBatch, CarriedRecord, Receipt } from '../../shared/api/source/carried-batch.ts';
import { readCarried, readSourceEvent } from '../../shared/api/source/read-source-event.ts';
import type { ProcessRuntime } from '../../shared/app/process/make-process-runtime.ts';
import { ConfigError } from '../../shared/config.ts';
import type { SourceRoute } from '../../shared/config-forms.ts';
import type { Process } from '../../shared/core/process/definition.ts';
import { inputsOf } from '../../shared/core/process/wiring.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { ended } from '../serve-unit.ts';
import { withinTime } from '../within-time.ts';

export type SourceFunctionDeps = {
  readonly runtime: Pick<ProcessRuntime, 'desk' | 'feed'>;
  readonly routes: readonly SourceRoute[];
  readonly limits: ApiLimits;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
};

/** What Lambda takes for an answer where the event source mapping has `ReportBatchItemFailures`. */
export type SourceAnswer = { readonly batchItemFailures: readonly { readonly itemIdentifier: Receipt }[] };

/** A function that queues, streams and topics feed. Rejects what is no event of theirs. */
export type SourceFunction = (
  event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SourceAnswer>;

type Destination = { readonly process: Process; readonly input: string };

const nameOf = ({ arn, topic }: Pick<SourceRoute, 'arn' | 'topic'>): string =>
  [arn, topic].filter((part) => part !== null).join(' ');

const destinationOf = ({ desk }: SourceFunctionDeps['runtime'], route: SourceRoute): Destination => {
  const process = desk.find(route.process);
  if (process && inputsOf(process).includes(route.input)) return { process, input: route.input };
  const what = process ? `input "${route.input}" of process "${route.process}"` : `process "${route.process}"`;
  throw new ConfigError(`The source ${nameOf(route)} feeds ${what}, which the file of the processes does not have.`);
};

const failuresOf = ({ records, reports }: CarriedBatch, done: ReadonlySet<CarriedRecord>) => {
  const failed = records.filter((record) => !done.has(record));
  return (reports === 'first' ? failed.slice(0, 1) : failed).map(({ receipt }) => ({ itemIdentifier: receipt }));
};

/**
 * Feeds records of event sources to processes. Acknowledged is what is committed, or among the dead letters; all else is
 * reported, and comes again. Throws ConfigError for a route to what does not exist.
 */
export const makeSourceFunction = (deps: SourceFunctionDeps): SourceFunction => {
  const { runtime, routes, limits, clock, telemetry } = deps;
  const destinations = new Map(routes.map((route) => [nameOf(route), destinationOf(runtime, route)]));

  const feed = async (batch: CarriedBatch, done: Set<CarriedRecord>): Promise<void> => {
    const to = destinations.get(nameOf(batch));
    if (!to) return telemetry.note('error', 'source without a process', { source: nameOf(batch) });
    const records = new Map(batch.records.map((record) => [readCarried(to, record, limits), record]));
    const fed = await runtime.feed({ process: to.process, partition: batch.partition, records: [...records.keys()] });
    for (const record of fed) done.add(records.get(record) as CarriedRecord);
  };

  return async (event, context) => {
    const deadline = plusMs(clock.now(), context.getRemainingTimeInMillis());
    const batches = readSourceEvent(event);
    const done = new Set<CarriedRecord>();
    const work = batches.map((batch) => ended(telemetry, () => feed(batch, done), 'batch failed'));
    await withinTime(Promise.all(work), clock, deadline);
    return { batchItemFailures: batches.flatMap((batch) => failuresOf(batch, done)) };
  };
};
