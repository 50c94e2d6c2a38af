import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { makeSendBatch } from '../../../shared/aws/sqs/send-batch.ts';
import { embedded, sqsClientOf } from '../../support/engines.ts';
import { startWire, type Wire, type WireCall } from '../../support/wire.ts';

/** Queues behind a wire that tests meddle with. */
export async function openFaultySqs() {
  const services = await embedded();
  const direct = sqsClientOf(services);
  const wire = await startWire(services.sqsEndpoint ?? '');
  const gone = await startWire(services.sqsEndpoint ?? '');
  await gone.close();
  const callsOf = ({ endpoint }: Wire) => makeSendBatch({ region: 'us-east-1', endpoint, requestTimeoutMs: 2_000 });
  return {
    wire,
    direct,
    sendBatch: callsOf(wire),
    /** Of a service that is not there. */
    lostSendBatch: callsOf(gone),
    /** An empty queue of its own, and a wire that lets all pass. */
    async newQueue(attributes: Record<string, string> = {}): Promise<string> {
      wire.meddle(({ forward }) => forward());
      const QueueName = randomUUID() + (attributes.FifoQueue ? '.fifo' : '');
      const { QueueUrl = '' } = await direct.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
      return QueueUrl;
    },
    /** Takes what is really in a queue. */
    async arrived(QueueUrl: string): Promise<string[]> {
      const bodies: string[] = [];
      for (;;) {
        const { Messages } = await direct.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (!Messages?.length) return bodies.toSorted();
        bodies.push(...Messages.map(({ Body = '' }) => Body));
      }
    },
    async close() {
      direct.destroy();
      await wire.close();
      await services.close();
    },
  };
}

export type FaultySqs = Awaited<ReturnType<typeof openFaultySqs>>;

type Entry = { readonly Id: string; readonly MessageBody: string };

/** Sends what `takes` and says of the rest that it failed. */
export const takeSome =
  (takes: (body: string, nth: number) => boolean, SenderFault = false) =>
  async ({ input, nth, forward }: WireCall) => {
    const entries: readonly Entry[] = input.Entries;
    const taken = entries.filter(({ MessageBody }) => takes(MessageBody, nth));
    const Failed = entries
      .filter((entry) => !taken.includes(entry))
      .map(({ Id }) => ({ Id, SenderFault, Code: 'Simulated', Message: 'simulated' }));
    if (taken.length === 0) return { status: 200, body: { Successful: [], Failed } };
    const { body } = await forward({ ...input, Entries: taken });
    return { status: 200, body: { ...(body as object), Failed } };
  };
