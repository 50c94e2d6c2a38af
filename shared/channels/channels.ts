import type { Destination } from '../core/delivery/target.ts';
import type { BatchSender, EventEntry, TextEntry } from '../ports/batch-sender.ts';
import type { Channel } from '../ports/channel.ts';
import type { FunctionInvoker } from '../ports/function-invoker.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { makeEventBridgeChannel } from './eventbridge.ts';
import { type HttpChannel, type HttpChannelOptions, makeHttpChannel } from './http/http-channel.ts';
import { makeLambdaChannel } from './lambda.ts';
import { makeLogChannel } from './log.ts';
import { makeNoneChannel } from './none.ts';
import { makeSnsChannel } from './sns.ts';
import { makeSqsChannel } from './sqs.ts';
import { makeUnreachableChannel } from './unreachable.ts';

/** One channel for each kind of destination; `http` holds connections and must be closed. */
export type Channels = Readonly<Record<Destination['kind'], Channel>> & { readonly http: HttpChannel };

export type ChannelsOptions = HttpChannelOptions & {
  readonly telemetry: Telemetry;
  readonly queueSender: BatchSender<TextEntry>;
  /** The services behind these are left out where there is no endpoint for them. */
  readonly topicSender?: BatchSender<TextEntry> | undefined;
  readonly eventSender?: BatchSender<EventEntry> | undefined;
  readonly functionInvoker?: FunctionInvoker | undefined;
};

export const makeChannels = (options: ChannelsOptions): Channels => {
  const { telemetry, queueSender, topicSender, eventSender, functionInvoker } = options;
  const unreachable = makeUnreachableChannel();
  return {
    http: makeHttpChannel(options),
    sqs: makeSqsChannel(queueSender),
    sns: topicSender ? makeSnsChannel(topicSender) : unreachable,
    eventbridge: eventSender ? makeEventBridgeChannel(eventSender) : unreachable,
    lambda: functionInvoker ? makeLambdaChannel(functionInvoker) : unreachable,
    log: makeLogChannel(telemetry),
    none: makeNoneChannel(),
  };
};
