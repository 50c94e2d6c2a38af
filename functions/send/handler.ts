import middy from '@middy/core';
import { composeFunction, withLedgers } from '../../shared/compose.ts';
import { composeChannels, composeOutcomes, composeSender } from '../../shared/compose-sender.ts';
import { withTelemetry } from '../../shared/telemetry.ts';
import { makeSend } from './send.ts';

const { config, engine, telemetry } = composeFunction('send');
const sender = composeSender(engine, composeChannels(config, engine), composeOutcomes(config, engine.clock));
const send = makeSend({ ...engine, sender });
// Send watches its deadline itself: middy would report all records as failed, also those that were sent.
export const handler = middy(send, { timeoutEarlyInMillis: 0 }).use(withTelemetry(telemetry)).use(withLedgers(engine));
