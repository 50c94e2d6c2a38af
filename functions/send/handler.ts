import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { composeFunction, withLedgers } from '../../shared/compose.ts';
import { composeChannels, composeSender } from '../../shared/compose-sender.ts';
import { withTelemetry } from '../../shared/telemetry.ts';
import { makeSend } from './send.ts';

const { config, engine, telemetry } = composeFunction('send');
const send = makeSend({ ...engine, sender: composeSender(engine, composeChannels(config, engine)) });
// The function watches its deadline itself: middy's own way reports all records as failed, also those that were sent.
export const handler = middy<SQSEvent, SQSBatchResponse>(send, { timeoutEarlyInMillis: 0 })
  .use(withTelemetry(telemetry))
  .use(withLedgers(engine));
