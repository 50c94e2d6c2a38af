import type { BatchSender, EntryFault, TextEntry } from '../../ports/batch-sender.ts';
import { callFault } from '../call-fault.ts';
import type { ClientOptions } from '../client-config.ts';
import { makeServiceCall, ServiceError } from '../service-call.ts';
import { batchForm } from './batch-form.ts';

/** The entries together are beyond what the topic's owner allows for one message, and for one call with it. */
const TOO_LONG_TOGETHER = 'BatchRequestTooLong';

const HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };

type Numbered = { readonly index: number; readonly entry: TextEntry };

/** A {@link BatchSender} to topics of SNS: no repeats, because the engine retries by each message's own policy. */
export const makeSnsTopicSender = (options: ClientOptions): BatchSender<TextEntry> => {
  const call = makeServiceCall('sns', options);

  const publish = async (
    topicArn: string,
    entries: readonly Numbered[],
    timeoutMs: number,
  ): Promise<readonly EntryFault[]> => {
    try {
      const { status, body } = await call(
        { path: '/', headers: HEADERS, body: batchForm(topicArn, entries) },
        timeoutMs,
      );
      if (status !== 200) throw new ServiceError(errorIn(body.toString('utf8')), status);
      return faultsIn(body.toString('utf8'), entries);
    } catch (error) {
      if ((error as Error).name === TOO_LONG_TOGETHER && entries.length > 1) {
        return (await Promise.all(entries.map((entry) => publish(topicArn, [entry], timeoutMs)))).flat();
      }
      const reason = callFault(error, 'PublishBatch');
      return entries.map(({ index }) => ({ index, reason }));
    }
  };

  return {
    sendBatch: (topicArn, entries, timeoutMs) =>
      publish(
        topicArn,
        entries.map((entry, index) => ({ index, entry })),
        timeoutMs,
      ),
  };
};

// The answer is XML without attributes in the parts that are read here, and the ids in it are our own numbers.

const errorIn = (xml: string): string => /<Code>([^<]+)<\/Code>/.exec(xml)?.[1] ?? 'UnknownError';

/** Every entry is in one of two lists; what is in none may or may not have been taken. */
const faultsIn = (xml: string, entries: readonly Numbered[]): EntryFault[] => {
  const taken = new Set(membersOf(xml, 'Successful').map(idOf));
  const failed = new Map(membersOf(xml, 'Failed').map((member) => [idOf(member), reasonIn(member)]));
  return entries
    .filter(({ index }) => !taken.has(index))
    .map(({ index }) => ({ index, reason: failed.get(index) ?? 'unknown' }));
};

const membersOf = (xml: string, list: string): string[] => {
  const [, within = ''] = new RegExp(`<${list}>(.*?)</${list}>`, 's').exec(xml) ?? [];
  return within.split('</member>').slice(0, -1);
};

const idOf = (member: string): number => Number(/<Id>(\d+)<\/Id>/.exec(member)?.[1] ?? Number.NaN);

const reasonIn = (member: string): EntryFault['reason'] =>
  /<SenderFault>\s*true\s*<\/SenderFault>/.test(member) ? 'refused' : 'unavailable';
