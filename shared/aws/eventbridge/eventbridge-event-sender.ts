import type { BatchSender, EntryFault, EventEntry } from '../../ports/batch-sender.ts';
import { callFault } from '../call-fault.ts';
import type { ClientOptions } from '../client-config.ts';
import { jsonError, makeServiceCall } from '../service-call.ts';

/** Failures of one entry that may pass; all other codes say that it is wrong or not allowed. */
const PASSING = new Set(['InternalFailure', 'InternalException', 'ThrottlingException', 'ServiceUnavailable']);

const HEADERS = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };

/** What became of one entry: it has an id where it was taken, else a code. */
type EventResult = { readonly EventId?: unknown; readonly ErrorCode?: unknown };

const reasonOf = (result: EventResult | undefined): EntryFault['reason'] | undefined => {
  if (typeof result?.EventId === 'string') return undefined;
  if (typeof result?.ErrorCode !== 'string') return 'unknown';
  return PASSING.has(result.ErrorCode) ? 'unavailable' : 'refused';
};

const requestOf = (eventBus: string, entries: readonly EventEntry[]): string =>
  JSON.stringify({
    Entries: entries.map(({ source, detailType, detail }) => ({
      EventBusName: eventBus,
      Source: source,
      DetailType: detailType,
      Detail: detail,
    })),
  });

/** A {@link BatchSender} to event buses: one call a batch, no repeats, as the engine retries by each message's own policy. */
export const makeEventBridgeEventSender = (options: ClientOptions): BatchSender<EventEntry> => {
  const call = makeServiceCall('events', options);
  return {
    sendBatch: async (eventBus, entries, timeoutMs) => {
      try {
        const answer = await call({ path: '/', headers: HEADERS, body: requestOf(eventBus, entries) }, timeoutMs);
        if (answer.status !== 200) throw jsonError(answer);
        // The results stand in the order of the entries; the answer is a success although all of them failed.
        const results: readonly EventResult[] = JSON.parse(answer.body.toString('utf8')).Entries ?? [];
        return entries.flatMap((_, index) => {
          const reason = reasonOf(results[index]);
          return reason === undefined ? [] : [{ index, reason }];
        });
      } catch (error) {
        const reason = callFault(error, 'PutEvents');
        return entries.map((_, index) => ({ index, reason }));
      }
    },
  };
};
