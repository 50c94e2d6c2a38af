import assert from 'node:assert/strict';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { ENV } from '../../../shared/config.ts';
import { functionNamed } from '../deployment.ts';
import { addTarget, allTaken, inState, postBulk, putKeyed } from '../messages.ts';
import { SHARDS } from '../stage.ts';
import type { Scenario } from '../world.ts';
import { openMinute } from './scheduled.ts';

const SECOND_MS = 1_000;
const SPAN_SECONDS = 45;
/** It waits for its turn behind that of the other run, and a busy machine takes minutes for both. */
const DEPLOYED_WITHIN_MS = 120_000;
/** The scenario without ticks comes next, so what is scheduled waits for their return. */
const PATIENCE_MS = 300_000;

export const redeployed: Scenario = {
  name: 'F39 C3 a deployment with more shards loses nothing that is pending, and repeats nothing',
  run: async (world) => {
    await addTarget(world, 'deployed');
    const now = Date.now();
    // Late ones that come due all through the deployment, and scheduled ones of a minute after it.
    const during = await postBulk(world, {
      name: 'during',
      target: 'deployed',
      count: SPAN_SECONDS,
      dueAtMs: (n) => now + (n + 2) * SECOND_MS,
    });
    const minuteMs = openMinute(DEPLOYED_WITHIN_MS);
    const after = await postBulk(world, { name: 'after', target: 'deployed', count: 20, dueAtMs: () => minuteMs });
    await putKeyed(world, 'deployed', { target: 'deployed', dueAtMs: minuteMs, fate: 'cancelled' });
    if (world.target.name === 'ministack') for (const { id } of during) world.mayRepeat.add(id);
    await world.redeployment.begin();
    const { Environment } = await world.clients.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionNamed(world.deployment, 'Ingest') }),
    );
    assert.equal(Environment?.Variables?.[ENV.shards], String(SHARDS.after));
    // What was put before the deployment is found and moved after it.
    const moved = await putKeyed(world, 'deployed', { target: 'deployed', dueAtMs: minuteMs + SECOND_MS });
    assert.equal(moved.answer.body.replaced, true);
    const said = await allTaken(world, [...during, ...after, moved], PATIENCE_MS);
    await inState(world, moved, 'sent');
    return said;
  },
};
