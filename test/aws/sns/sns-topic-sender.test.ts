import { randomUUID } from 'node:crypto';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { clientConfig } from '../../../shared/aws/client-config.ts';
import { makeSnsTopicSender } from '../../../shared/aws/sns/sns-topic-sender.ts';
import type { TextEntry } from '../../../shared/ports/batch-sender.ts';
import { batchSenderContract, type OpenBatchSender } from '../../contract/batch-sender.contract.ts';
import { embedded, sqsClientOf } from '../../support/engines.ts';
import { textEntry } from '../../support/entries.ts';
import { lostEndpoint, type ServiceAnswer, startHttpService } from '../../support/http-service.ts';

const REGION = 'us-east-1';

/** A topic of the embedded engine, with a queue that gets its messages raw. */
const openTopic = async (fifo = false): Promise<OpenBatchSender<TextEntry>> => {
  const services = await embedded();
  const endpoint = services.sqsEndpoint ?? '';
  const sqs = sqsClientOf(services);
  const sns = new SNSClient(clientConfig({ region: REGION, endpoint }));
  const name = randomUUID() + (fifo ? '.fifo' : '');
  const Attributes = fifo ? { FifoQueue: 'true' } : {};
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const { Attributes: queue } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const topic = await sns.send(
    new CreateTopicCommand({ Name: name, ...(fifo && { Attributes: { FifoTopic: 'true' } }) }),
  );
  const { TopicArn = '' } = topic;
  const raw = { TopicArn, Protocol: 'sqs', Endpoint: queue?.QueueArn, Attributes: { RawMessageDelivery: 'true' } };
  await sns.send(new SubscribeCommand(raw));
  const look = async (): Promise<TextEntry[]> => {
    const received = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        AttributeNames: ['All'],
      }),
    );
    const messages = received.Messages ?? [];
    const Entries = messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return messages.map(({ Body = '', MessageAttributes = {}, Attributes: own }) => ({
      body: Body,
      attributes: Object.fromEntries(
        Object.entries(MessageAttributes).map(([attribute, { StringValue = '' }]) => [attribute, StringValue]),
      ),
      groupId: own?.MessageGroupId ?? '',
      deduplicationId: own?.MessageDeduplicationId ?? '',
    }));
  };
  return {
    sender: makeSnsTopicSender({ region: REGION, endpoint }),
    address: TopicArn,
    nowhere: `${TopicArn}-nowhere`,
    arrived: look,
    close: async () => {
      sqs.destroy();
      sns.destroy();
      await services.close();
    },
  };
};

batchSenderContract({ name: 'SNS of fauxqs' }, textEntry, openTopic);

it('P4: gives a FIFO topic the id by which it drops what was sent before', async () => {
  const { sender, address, arrived, close } = await openTopic(true);
  const entry = (n: number): TextEntry => ({ ...textEntry(`n${n}`), groupId: `g${n}`, deduplicationId: `msg_${n}` });
  expect(await sender.sendBatch(address, [entry(0), entry(1)], 5_000)).toEqual([]);
  expect(await sender.sendBatch(address, [entry(0), entry(1), entry(2)], 5_000)).toEqual([]);
  const seen = (await arrived()).map(({ body, groupId, deduplicationId }) => `${body} ${groupId} ${deduplicationId}`);
  expect(seen.toSorted()).toEqual(['n0 g0 msg_0', 'n1 g1 msg_1', 'n2 g2 msg_2']);
  await close();
});

/** As SNS writes it. */
const xml = (status: number, body: string): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: body.replace(/^<(\w+)/, '<$1 xmlns="http://sns.amazonaws.com/doc/2010-03-31/"'),
});
const result = (successful: readonly number[], failed: readonly string[] = []): ServiceAnswer =>
  xml(
    200,
    `<PublishBatchResponse><PublishBatchResult>
      <Successful>${successful.map((id) => `<member><Id>${id}</Id><MessageId>m-${id}</MessageId></member>`).join('')}</Successful>
      <Failed>${failed.join('')}</Failed>
    </PublishBatchResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishBatchResponse>`,
  );
const failure = (id: number, ours: boolean): string =>
  `<member><Id>${id}</Id><Code>Simulated</Code><Message>no</Message><SenderFault>${ours}</SenderFault></member>`;
const error = (status: number, code: string): ServiceAnswer =>
  xml(
    status,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
  );

describe('a topic sender', () => {
  const TOPIC = `arn:aws:sns:${REGION}:123456789012:pushes`;
  const texts = (count: number) => Array.from({ length: count }, (_, n) => textEntry(`n${n}`));
  const allAs = (reason: string, count: number) => Array.from({ length: count }, (_, index) => ({ index, reason }));
  let service: Awaited<ReturnType<typeof startHttpService>> | undefined;
  afterEach(() => service?.close());
  const openTo = async (answer: (body: URLSearchParams) => ServiceAnswer) => {
    service = await startHttpService(({ body }) => answer(new URLSearchParams(body)));
    return makeSnsTopicSender({ region: REGION, endpoint: service.endpoint });
  };

  it('names the topic, and each entry by its position', async () => {
    const sender = await openTo(() => result([0, 1]));
    expect(await sender.sendBatch(TOPIC, texts(2), 2_000)).toEqual([]);
    const sent = new URLSearchParams(service?.requests[0]?.body);
    expect(service?.requests).toHaveLength(1);
    expect(sent.get('Action')).toBe('PublishBatch');
    expect(sent.get('TopicArn')).toBe(TOPIC);
    expect(sent.get('PublishBatchRequestEntries.member.2.Id')).toBe('1');
    expect(sent.get('PublishBatchRequestEntries.member.2.Message')).toBe('n1');
    expect(sent.has('PublishBatchRequestEntries.member.1.MessageGroupId')).toBe(false);
  });

  it('F06: tells which entries failed and whether it was our fault, and sends them no second time', async () => {
    const sender = await openTo(() => result([0, 3], [failure(1, true), failure(4, false)]));
    expect(await sender.sendBatch(TOPIC, texts(5), 2_000)).toEqual([
      { index: 1, reason: 'refused' },
      // The answer does not name it.
      { index: 2, reason: 'unknown' },
      { index: 4, reason: 'unavailable' },
    ]);
    expect(service?.requests).toHaveLength(1);
  });

  it('F08: sends one by one what the topic allows alone only', async () => {
    const sender = await openTo((body) => {
      if (body.has('PublishBatchRequestEntries.member.2.Id')) return error(400, 'BatchRequestTooLong');
      const id = Number(body.get('PublishBatchRequestEntries.member.1.Id'));
      return id === 1 ? error(400, 'BatchRequestTooLong') : result([id]);
    });
    expect(await sender.sendBatch(TOPIC, texts(3), 2_000)).toEqual([{ index: 1, reason: 'refused' }]);
    expect(service?.requests).toHaveLength(4);
  });

  it.each<[string, string, ServiceAnswer]>([
    ['refused', 'a topic that is not there', error(404, 'NotFound')],
    ['refused', 'a call that is not allowed', error(403, 'AuthorizationError')],
    ['unavailable', 'a throttle', error(400, 'Throttling')],
    ['unavailable', 'a throttle of its key', error(400, 'KMSThrottling')],
    ['unknown', 'an internal error', error(500, 'InternalError')],
    ['unknown', 'a cut connection', 'cut'],
    ['unknown', 'half an answer', 'torn'],
    ['unknown', 'an answer that is something else', { status: 200, body: '<html>' }],
  ])('F07: tells all entries as %s for %s, after one call', async (reason, _, answer) => {
    const sender = await openTo(() => answer);
    expect(await sender.sendBatch(TOPIC, texts(3), 2_000)).toEqual(allAs(reason, 3));
    expect(service?.requests).toHaveLength(1);
  });

  it('tells all entries as unavailable where nobody is there', async () => {
    const sender = makeSnsTopicSender({ region: REGION, endpoint: await lostEndpoint() });
    expect(await sender.sendBatch(TOPIC, texts(2), 2_000)).toEqual(allAs('unavailable', 2));
  });

  it('ends in the given time, and does not know then', async () => {
    const sender = await openTo(() => 'silence');
    const started = performance.now();
    expect(await sender.sendBatch(TOPIC, texts(2), 100)).toEqual(allAs('unknown', 2));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
