import middy from '@middy/core';
import { makeProcessTick } from '../../shared/app/process/make-process-tick.ts';
import { makeTick } from '../../shared/app/tick/make-tick.ts';
import { composeFunction } from '../../shared/compose.ts';
import { composeProcessEngine } from '../../shared/compose-process-engine.ts';
import { withTelemetry } from '../../shared/telemetry.ts';
import { makeTickFunction } from './tick.ts';

const { config, engine, telemetry } = composeFunction('tick');
const processing = config.processQueueUrls.length > 0 && makeProcessTick(composeProcessEngine(engine, config));
const tick = makeTickFunction({ tick: makeTick(engine), telemetry, ...(processing && { processTick: processing }) });
export const handler = middy(tick).use(withTelemetry(telemetry));
