import middy from '@middy/core';
import { composeFunction, withLedgers } from '../../shared/compose.ts';
import { composeApi } from '../../shared/compose-api.ts';
import { withTelemetry } from '../../shared/telemetry.ts';
import { makeIngest } from './ingest.ts';
import { readOpenApi } from './open-api-file.ts';

const { config, engine, telemetry } = composeFunction('ingest');
const ingest = makeIngest({ ...composeApi(engine, config), openApi: readOpenApi, paths: 'decoded' });
export const handler = middy(ingest).use(withTelemetry(telemetry)).use(withLedgers(engine));
