import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeSqsQueueSender } from '../../../shared/aws/sqs/sqs-queue-sender.ts';
import type { TextEntry } from '../../../shared/ports/batch-sender.ts';
import { batchSenderContract, type OpenBatchSender } from '../../contract/batch-sender.contract.ts';
import { embedded, namedServices, openQueues, type Services } from '../../support/engines.ts';
import { textEntry } from '../../support/entries.ts';
import { skippedWithoutEndpoint } from '../../support/skipped.ts';
import { fault } from '../../support/wire.ts';
import { type FaultySqs, openFaultySqs, takeSome } from './faulty-sqs.ts';

const openSender = async (services: Services): Promise<OpenBatchSender<TextEntry>> => {
  const { client, sendBatch, queueUrls, close } = await openQueues(services, 1);
  const [QueueUrl = ''] = queueUrls;
  const arrived = async (): Promise<TextEntry[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return Messages.map(({ Body = '', MessageAttributes = {} }) => ({
      body: Body,
      attributes: Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
      ),
      groupId: '',
      deduplicationId: '',
    }));
  };
  return { sender: makeSqsQueueSender(sendBatch), address: QueueUrl, nowhere: `${QueueUrl}-nowhere`, arrived, close };
};

// Fauxqs takes a character beyond U+FFFF for two that are none.
const fauxqs = { name: 'SQS of fauxqs', deviations: ['no text beyond U+FFFF'] } as const;
batchSenderContract(fauxqs, textEntry, async () => openSender(await embedded()));

const named = namedServices();
if (named) batchSenderContract({ name: 'SQS of the named endpoint' }, textEntry, () => openSender(named));
else skippedWithoutEndpoint('BatchSender');

let sqs: FaultySqs;
let queueUrl: string;
beforeAll(async () => {
  sqs = await openFaultySqs();
}, 60_000);
afterAll(() => sqs?.close());
beforeEach(async () => {
  queueUrl = await sqs.newQueue();
});

const entriesOf = (count: number): TextEntry[] =>
  Array.from({ length: count }, (_, n) => ({
    body: `h${n}`,
    attributes: { 'webhook-id': `msg_${n}`, attempt: '1' },
    groupId: `g${n}`,
    deduplicationId: `msg_${n}`,
  }));
const send = (entries: readonly TextEntry[], timeoutMs = 2_000) =>
  makeSqsQueueSender(sqs.sendBatch).sendBatch(queueUrl, entries, timeoutMs);
const allAs = (reason: string, count: number) => Array.from({ length: count }, (_, index) => ({ index, reason }));

describe('a queue sender', () => {
  it('puts bodies and attributes into a queue', async () => {
    expect(await send(entriesOf(10))).toEqual([]);
    const { Messages = [] } = await sqs.direct.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    const h3 = Messages.find(({ Body }) => Body === 'h3');
    expect(Messages).toHaveLength(10);
    expect(h3?.MessageAttributes).toEqual({
      'webhook-id': { DataType: 'String', StringValue: 'msg_3' },
      attempt: { DataType: 'String', StringValue: '1' },
    });
  });

  it('P4: gives a FIFO queue the id by which it drops what was sent before', async () => {
    queueUrl = await sqs.newQueue({ FifoQueue: 'true' });
    expect(await send(entriesOf(2))).toEqual([]);
    expect(await send(entriesOf(3))).toEqual([]);
    const received = await sqs.direct.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, AttributeNames: ['All'] }),
    );
    const seen = (received.Messages ?? []).map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId]);
    expect(seen.toSorted()).toEqual([
      ['h0', 'g0'],
      ['h1', 'g1'],
      ['h2', 'g2'],
    ]);
  });

  it.each([
    [true, 'refused'],
    [false, 'unavailable'],
  ])('F06: tells which entries failed, by our fault %s, as %s, and sends them no second time', async (ours, reason) => {
    sqs.wire.meddle(takeSome((body) => body !== 'h1' && body !== 'h4', ours));
    expect(await send(entriesOf(6))).toEqual([
      { index: 1, reason },
      { index: 4, reason },
    ]);
    expect(sqs.wire.operations).toHaveLength(1);
    expect(await sqs.arrived(queueUrl)).toEqual(['h0', 'h2', 'h3', 'h5']);
  });

  it.each([
    ['refused', 'a queue that is not there', fault(400, 'QueueDoesNotExist')],
    ['refused', 'a call that is not allowed', fault(403, 'AccessDenied')],
    ['unavailable', 'a throttle', fault(400, 'RequestThrottled')],
    ['unknown', 'an internal error', fault(500, 'InternalError')],
    ['unknown', 'a cut connection', 'cut'],
    ['unknown', 'half an answer', 'torn'],
  ] as const)('F07: tells all entries as %s for %s, after one call', async (reason, _, answer) => {
    sqs.wire.meddle(async () => answer);
    expect(await send(entriesOf(3))).toEqual(allAs(reason, 3));
    expect(sqs.wire.operations).toHaveLength(1);
  });

  it('tells all entries as unavailable where nobody is there', async () => {
    const sender = makeSqsQueueSender(sqs.lostSendBatch);
    expect(await sender.sendBatch(queueUrl, entriesOf(2), 2_000)).toEqual(allAs('unavailable', 2));
  });

  it('ends in the given time, and does not know then', async () => {
    sqs.wire.meddle(async () => 'silence');
    const started = performance.now();
    expect(await send(entriesOf(2), 100)).toEqual(allAs('unknown', 2));
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
