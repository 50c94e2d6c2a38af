import assert from 'node:assert/strict';
import { addTarget, allTaken, arrivalsOf, postBulk } from '../messages.ts';
import { switchTriggers } from '../triggers.ts';
import { sleepUntil } from '../waiting.ts';
import type { Scenario } from '../world.ts';
import { openMinute } from './scheduled.ts';

const GAP_MS = 120_000;
/** The rule fires within a minute, an emulator's ten seconds later. */
const CATCH_UP_MS = 90_000;
const COUNT = 20;
const BEFORE_CLOSE_MS = 25_000;
const OVERDUE_MS = 3_000;

export const skippedTick: Scenario = {
  name: 'F02 two minutes without a tick make messages late, and lose none',
  run: async (world) => {
    await addTarget(world, 'gap');
    await world.redeployment.over;
    const fromMs = Date.now();
    await switchTriggers(world, false);
    // Its bucket closes while nobody ticks, and well after the writers are done: near the close they send the hint.
    const minuteMs = openMinute(BEFORE_CLOSE_MS);
    const messages = await postBulk(world, { name: 'gap', target: 'gap', count: COUNT, dueAtMs: () => minuteMs });
    await sleepUntil(Math.max(fromMs + GAP_MS, minuteMs + OVERDUE_MS));
    const early = messages.flatMap((message) => arrivalsOf(world, message));
    await switchTriggers(world, true);
    assert.equal(early.length, 0, 'something ticked although all triggers were off');
    return await allTaken(world, messages, CATCH_UP_MS);
  },
};
