import { EventBridgeClient, PutEventsCommand, type PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import type { BatchSender, EntryFault, EventEntry } from '../../ports/batch-sender.ts';
import { callFault } from '../call-fault.ts';
import { type ClientOptions, clientConfig, LONGEST_ATTEMPT_MS } from '../client-config.ts';

/** Failures of one entry that may pass; all other codes say that it is wrong or not allowed. */
const PASSING = new Set(['InternalFailure', 'InternalException', 'ThrottlingException', 'ServiceUnavailable']);

/** An entry of an answer has an id where it was taken, else a code. */
const reasonOf = (result: PutEventsResultEntry | undefined): EntryFault['reason'] | undefined => {
  if (result?.EventId !== undefined) return undefined;
  if (result?.ErrorCode === undefined) return 'unknown';
  return PASSING.has(result.ErrorCode) ? 'unavailable' : 'refused';
};

/** A {@link BatchSender} to event buses: one call a batch, no repeats, as the engine retries by each message's own policy. */
export const makeEventBridgeEventSender = (options: ClientOptions): BatchSender<EventEntry> => {
  const client = new EventBridgeClient(clientConfig({ requestTimeoutMs: LONGEST_ATTEMPT_MS, ...options }));
  return {
    sendBatch: async (eventBus, entries, timeoutMs) => {
      const command = new PutEventsCommand({
        Entries: entries.map(({ source, detailType, detail }) => ({
          EventBusName: eventBus,
          Source: source,
          DetailType: detailType,
          Detail: detail,
        })),
      });
      try {
        // The results stand in the order of the entries; the answer is a success although all of them failed.
        const { Entries = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
        return entries.flatMap((_, index) => {
          const reason = reasonOf(Entries[index]);
          return reason === undefined ? [] : [{ index, reason }];
        });
      } catch (error) {
        const reason = callFault(error, 'PutEvents');
        return entries.map((_, index) => ({ index, reason }));
      }
    },
  };
};
