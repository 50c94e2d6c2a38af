import middy from '@middy/core';
import { composeFunction, withLedgers } from '../../shared/compose.ts';
import { composeChannels, composeSender } from '../../shared/compose-sender.ts';
import { withTelemetry } from '../../shared/telemetry.ts';
import { makeSend } from './send.ts';

const { config, engine, telemetry } = composeFunction('send');
const send = makeSend({ ...engine, sender: composeSender(engine, composeChannels(config, engine)) });
// Send watches its deadline itself: middy would report all records as failed, also those that were sent.
export const handler = middy(send, { timeoutEarlyInMillis: 0 }).use(withTelemetry(telemetry)).use(withLedgers(engine));
