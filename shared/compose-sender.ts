import { randomBytes } from 'node:crypto';
import type { Engine } from './app/engine.ts';
import { makeSender, type Sender } from './app/send/make-sender.ts';
import { makeTargetCache } from './app/target-cache.ts';
import { makeTargets } from './app/targets.ts';
import { lateBatchSender, lateFunctionInvoker } from './aws/on-first-use.ts';
import { makeSqsQueueSender } from './aws/sqs/sqs-queue-sender.ts';
import { type Channels, makeChannels } from './channels/channels.ts';
import { sqsClient } from './compose.ts';
import type { Config, Service } from './config.ts';
import type { Destination } from './core/delivery/target.ts';
import type { Channel } from './ports/channel.ts';

/** The ways out for messages; `telemetry` gets those of targets of kind `log`. */
export const composeChannels = (config: Config, { clock, telemetry }: Pick<Engine, 'clock' | 'telemetry'>): Channels =>
  makeChannels({
    clock,
    telemetry,
    allow: config.allowTargets,
    queueSender: makeSqsQueueSender({ client: sqsClient(config) }),
    ...serviceSenders(config),
  });

/** Each loads its client of the SDK when the first message is for it: most senders never need one of them. */
const serviceSenders = (config: Config) => {
  const { region, endpoints } = config;
  const isThere = (service: Service): boolean => !config.endpointsOnly || endpoints[service] !== undefined;
  const optionsOf = (service: Service) => ({ region, endpoint: endpoints[service] });
  const topicSender = lateBatchSender(async () => {
    const { makeSnsTopicSender } = await import('./aws/sns/sns-topic-sender.ts');
    return makeSnsTopicSender(optionsOf('sns'));
  });
  const eventSender = lateBatchSender(async () => {
    const { makeEventBridgeEventSender } = await import('./aws/eventbridge/eventbridge-event-sender.ts');
    return makeEventBridgeEventSender(optionsOf('eventbridge'));
  });
  const functionInvoker = lateFunctionInvoker(async () => {
    const { makeLambdaFunctionInvoker } = await import('./aws/lambda/lambda-function-invoker.ts');
    return makeLambdaFunctionInvoker(optionsOf('lambda'));
  });
  return {
    ...(isThere('sns') && { topicSender }),
    ...(isThere('eventbridge') && { eventSender }),
    ...(isThere('lambda') && { functionInvoker }),
  };
};

/** A sender for this process. */
export const composeSender = (engine: Engine, channels: Readonly<Record<Destination['kind'], Channel>>): Sender =>
  makeSender({
    engine,
    targets: makeTargetCache(makeTargets({ ...engine, randomBytes }), engine.clock),
    channelOf: ({ destination }) => channels[destination.kind],
  });
