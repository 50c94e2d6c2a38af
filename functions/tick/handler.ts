import middy from '@middy/core';
import { makeTick } from '../../shared/app/tick/make-tick.ts';
import { composeFunction } from '../../shared/compose.ts';
import { withTelemetry } from '../../shared/telemetry.ts';
import { makeTickFunction } from './tick.ts';

const { engine, telemetry } = composeFunction('tick');
const tick = makeTickFunction({ tick: makeTick(engine), telemetry });
export const handler = middy(tick).use(withTelemetry(telemetry));
