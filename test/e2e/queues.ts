import { GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';

const DEPTHS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;

/** Messages in a queue, those under way among them. */
export async function depthOf({ sqs }: Clients, QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...DEPTHS] }));
  return DEPTHS.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
}

/** Does something while what a queue hands out comes again after so many seconds. */
export async function hiddenFor<Result>(
  { sqs }: Clients,
  { url: QueueUrl, seconds }: { readonly url: string; readonly seconds: number },
  act: () => Promise<Result>,
): Promise<Result> {
  const AttributeNames = ['VisibilityTimeout' as const];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  const hide = (VisibilityTimeout = '') =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout } }));
  await hide(String(seconds));
  return await act().finally(() => hide(Attributes?.VisibilityTimeout));
}
