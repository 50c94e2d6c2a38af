import type { Destination } from '../core/delivery/target.ts';
import type { Channel } from '../ports/channel.ts';
import type { QueueSender } from '../ports/queue-sender.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { type HttpChannel, type HttpChannelOptions, makeHttpChannel } from './http/http-channel.ts';
import { makeLogChannel } from './log.ts';
import { makeNoneChannel } from './none.ts';
import { makeSqsChannel } from './sqs.ts';

/** One channel for each kind of destination; `http` holds connections and must be closed. */
export type Channels = Readonly<Record<Destination['kind'], Channel>> & { readonly http: HttpChannel };

export type ChannelsOptions = HttpChannelOptions & {
  readonly queueSender: QueueSender;
  readonly telemetry: Telemetry;
};

export const makeChannels = (options: ChannelsOptions): Channels => ({
  http: makeHttpChannel(options),
  sqs: makeSqsChannel(options.queueSender),
  log: makeLogChannel(options.telemetry),
  none: makeNoneChannel(),
});
