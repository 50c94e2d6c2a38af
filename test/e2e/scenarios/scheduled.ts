import assert from 'node:assert/strict';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { functionNamed } from '../deployment.ts';
import { addTarget, allTaken, arrivalsOf, instant, isTaken, postBulk } from '../messages.ts';
import { LOOKAHEAD_SECONDS } from '../stage.ts';
import { sleepUntil } from '../waiting.ts';
import type { Scenario, World } from '../world.ts';

const MINUTE_MS = 60_000;
const COUNT = 100;
const APART_MS = 100;
/** Of a tick: the emulator's rule fires up to 10 s late; the look-ahead is short, so the start of a minute waits for it. */
const TICK_MS = 20_000;
const DOUBLED = 5;

/** The first minute that is still open for the scheduled lane `afterMs` from now. */
export const openMinute = (afterMs: number): number =>
  Math.ceil((Date.now() + afterMs + LOOKAHEAD_SECONDS * 1000) / MINUTE_MS) * MINUTE_MS;

/** Runs the tick as a rule would, so many times at once. */
export async function invokeTick({ clients, deployment }: World, times = 1): Promise<void> {
  const FunctionName = functionNamed(deployment, 'Tick');
  const event = JSON.stringify({ 'detail-type': 'Scheduled Event', time: instant(Date.now()) });
  const invoke = () => clients.lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(event) }));
  const answers = await Promise.allSettled(Array.from({ length: times }, invoke));
  // The reserve of the tick is two, so the others may be refused.
  const done = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  assert.ok(done.length > 0, 'no tick could be invoked');
  for (const { FunctionError } of done) assert.equal(FunctionError, undefined, 'a tick failed');
}

export const scheduled: Scenario = {
  name: 'P7 F03 the minute tick hands scheduled messages out in time, ticks upon ticks change nothing',
  run: async (world) => {
    await addTarget(world, 'scheduled');
    const minuteMs = openMinute(25_000);
    const messages = await postBulk(world, {
      name: 'scheduled',
      target: 'scheduled',
      count: COUNT,
      dueAtMs: (n) => minuteMs + n * APART_MS,
    });
    await sleepUntil(minuteMs - MINUTE_MS + TICK_MS);
    await invokeTick(world, DOUBLED);
    const said = await allTaken(world, messages);
    for (const message of messages) {
      const lateMs = (arrivalsOf(world, message).find(isTaken)?.atMs ?? 0) - message.dueAtMs;
      assert.ok(lateMs < TICK_MS, `${message.id} came ${lateMs} ms after it was due`);
    }
    return said;
  },
};
