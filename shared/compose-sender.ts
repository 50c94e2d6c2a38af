import { randomBytes } from 'node:crypto';
import type { Engine } from './app/engine.ts';
import { makeSender, type Sender } from './app/send/make-sender.ts';
import { makeTargetCache } from './app/target-cache.ts';
import { makeTargets } from './app/targets.ts';
import { makeEventBridgeEventSender } from './aws/eventbridge/eventbridge-event-sender.ts';
import { makeEventBridgeOutcomeBus } from './aws/eventbridge/eventbridge-outcome-bus.ts';
import { makeLambdaFunctionInvoker } from './aws/lambda/lambda-function-invoker.ts';
import { makeSnsTopicSender } from './aws/sns/sns-topic-sender.ts';
import { makeSqsQueueSender } from './aws/sqs/sqs-queue-sender.ts';
import { type Channels, makeChannels } from './channels/channels.ts';
import { sendToQueues } from './compose.ts';
import type { Config, Service } from './config.ts';
import type { Destination } from './core/delivery/target.ts';
import type { Channel } from './ports/channel.ts';
import type { Clock } from './ports/clock.ts';
import type { OutcomeBus } from './ports/outcome-bus.ts';

/** The ways out for messages; `telemetry` gets those of targets of kind `log`. */
export const composeChannels = (config: Config, { clock, telemetry }: Pick<Engine, 'clock' | 'telemetry'>): Channels =>
  makeChannels({
    clock,
    telemetry,
    allow: config.allowTargets,
    queueSender: makeSqsQueueSender(sendToQueues(config)),
    ...serviceSenders(config),
  });

/** Those services that there are: all of AWS, or on a laptop those that have an endpoint. */
const serviceSenders = ({ region, endpoints, endpointsOnly }: Config) => {
  const isThere = (service: Service): boolean => !endpointsOnly || endpoints[service] !== undefined;
  const at = (service: Service) => ({ region, endpoint: endpoints[service] });
  return {
    ...(isThere('sns') && { topicSender: makeSnsTopicSender(at('sns')) }),
    ...(isThere('eventbridge') && { eventSender: makeEventBridgeEventSender(at('eventbridge')) }),
    ...(isThere('lambda') && { functionInvoker: makeLambdaFunctionInvoker(at('lambda')) }),
  };
};

/** The bus that is told how messages ended, where the configuration names one. */
export const composeOutcomes = ({ region, endpoints, outcomeBus }: Config, clock: Clock): OutcomeBus | undefined => {
  if (outcomeBus === undefined) return undefined;
  const sender = makeEventBridgeEventSender({ region, endpoint: endpoints.eventbridge });
  return makeEventBridgeOutcomeBus({ sender, eventBus: outcomeBus, clock, random: Math.random });
};

/** A sender for this process. */
export const composeSender = (
  engine: Engine,
  channels: Readonly<Record<Destination['kind'], Channel>>,
  outcomes?: OutcomeBus,
): Sender =>
  makeSender({
    engine,
    targets: makeTargetCache(makeTargets({ ...engine, randomBytes }), engine.clock),
    channelOf: ({ destination }) => channels[destination.kind],
    outcomes,
  });
