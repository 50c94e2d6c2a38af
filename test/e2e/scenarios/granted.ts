import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Answer } from '../api.ts';
import { functionNamed, type FunctionName as Name } from '../deployment.ts';
import { addTarget, allTaken, arrivalsOf, putKeyed } from '../messages.ts';
import { policyOf, withActions } from '../policy.ts';
import { LATER_MS } from '../processes.ts';
import { depthOf, hiddenFor } from '../queues.ts';
import { waitFor } from '../waiting.ts';
import type { Scenario, World } from '../world.ts';
import { logLines } from './quiet.ts';
import { invokeTick } from './scheduled.ts';
import { drained, elementOf, feed, feedQueueOf, letters, poisonOf, summed } from './sourced.ts';

/** A hint that is refused is only counted, since the next tick sends it again. */
const DENIED = /AccessDenied|hints\.unsent/;
/** Long after the message is due, and long before the sweep would look after it. */
const WATCH_MS = 8_000;
/** Less than it takes a poison to use up its receives, more than a batch takes. */
const HIDDEN_SECONDS = 15;
/** The sweep takes a unit for lost when it is 20 s overdue, or when its lease ran out. */
const SWEPT_WITHIN_MS = 150_000;

export const granted: Scenario = {
  name: 'P20 the grants of the template are enough: no call of a function was refused',
  run: async (world) => {
    const refusals = (await logLines(world)).filter(({ text }) => DENIED.test(text));
    assert.equal(refusals.length, 0, `a function was refused: ${refusals[0]?.text.slice(0, 500)}`);
    return 'no refusal in the logs';
  },
};

/** Does something while the role of a function lacks one action that the template gives it, on one resource or on all. */
async function without(
  world: World,
  [name, action, resource = '']: readonly [name: Name, action: string, resource?: string],
  act: () => Promise<void>,
): Promise<void> {
  const { text, put } = await policyOf(world.clients, functionNamed(world.deployment, name));
  const less = withActions(text, (actions, resources) =>
    resources.includes(resource) ? actions.filter((known) => known !== action) : actions,
  );
  assert.notEqual(less, text, `the template does not give ${action} to ${name}`);
  await put(less);
  try {
    await act();
  } finally {
    await put(text);
  }
}

const ingestNeedsItsGrants: Scenario = {
  name: 'P20 without dynamodb:PutItem in its role ingest accepts nothing',
  run: async (world) => {
    await addTarget(world, 'grants-of-ingest');
    const body = { target: 'grants-of-ingest', delay: 'PT1H', payload: world.canary };
    await without(world, ['Ingest', 'dynamodb:PutItem'], async () => {
      const { status } = await world.api.call('PUT', '/v1/messages/denied', { body });
      assert.ok(status >= 500, `it was answered ${status}`);
    });
    await world.api.expect(404, ['GET', '/v1/messages/denied']);
    return 'answered as a failure, nothing stored';
  },
};

const tickNeedsItsGrants: Scenario = {
  name: 'P20 without dynamodb:Query in its role the tick fails',
  run: async (world) => {
    const FunctionName = functionNamed(world.deployment, 'Tick');
    await without(world, ['Tick', 'dynamodb:Query'], async () => {
      const { FunctionError } = await world.clients.lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
      assert.ok(FunctionError, 'a tick that may not look did not fail');
    });
    await invokeTick(world);
    return 'failed, and ran again with it';
  },
};

const sendNeedsItsGrants: Scenario = {
  name: 'P20 without dynamodb:PutItem in its role send sends nothing, and all of it later',
  run: async (world) => {
    await addTarget(world, 'grants-of-send');
    let message: Awaited<ReturnType<typeof putKeyed>> | undefined;
    await without(world, ['Send', 'dynamodb:PutItem'], async () => {
      message = await putKeyed(world, 'held', { target: 'grants-of-send', dueAtMs: Date.now() + 2_000 });
      await sleep(WATCH_MS);
      assert.equal(arrivalsOf(world, message).length, 0, 'it was sent without a lease');
    });
    assert.ok(message);
    return await allTaken(world, [message], SWEPT_WITHIN_MS);
  },
};

const remind = ({ api, canary }: World, key: string): Promise<Answer> =>
  api.call('POST', '/v1/processes/reminders/elements', { body: [{ key, value: { secret: canary } }] });

const elementsNeedsItsGrants: Scenario = {
  name: 'P20 without dynamodb:PutItem in its role elements takes no element',
  run: async (world) => {
    await without(world, ['Elements', 'dynamodb:PutItem'], async () => {
      const { status } = await remind(world, 'denied');
      assert.ok(status >= 500, `it was answered ${status}`);
    });
    await world.api.expect(404, ['GET', '/v1/processes/reminders/keys/denied']);
    return 'answered as a failure, nothing stored';
  },
};

const processNeedsItsGrants: Scenario = {
  name: 'P20 without dynamodb:PutItem in its role process fires no timer, and fires it later',
  run: async (world) => {
    await addTarget(world, 'reminders');
    const reminded = () => world.receiver.arrivals.filter(({ path }) => path === '/reminders');
    await without(world, ['Process', 'dynamodb:PutItem'], async () => {
      const { status } = await remind(world, 'held');
      assert.equal(status, 202);
      await sleep(LATER_MS + WATCH_MS);
      assert.equal(reminded().length, 0, 'a timer fired without a lease');
    });
    const { id } = await waitFor('the timer', SWEPT_WITHIN_MS, () => reminded()[0]);
    world.fates.set(id, 'sent');
    return 'fired when it could';
  },
};

const sourceNeedsItsGrants: Scenario = {
  name: 'P20 F16 without dynamodb:PutItem on the control table in its role source cannot bury a poison, which comes again by itself',
  run: async (world) => {
    const { clients, deployment } = world;
    const url = feedQueueOf(world);
    const before = await letters(world);
    return await hiddenFor(clients, { url, seconds: HIDDEN_SECONDS }, async () => {
      await without(world, ['Source', 'dynamodb:PutItem', String(deployment.outputs.ControlTable)], async () => {
        await feed(world, [elementOf(world, 'held', 1), poisonOf(world, 'held'), elementOf(world, 'held', 2)]);
        await summed(world, 'held', 3);
        await waitFor(
          'the rest of the batch to be acknowledged',
          WATCH_MS,
          async () => (await depthOf(clients, url)) === 1 || undefined,
        );
        assert.deepEqual(await letters(world), before, 'it was buried without leave');
      });
      await drained(world);
      assert.equal((await letters(world)).length, before.length + 1);
      return 'the rest of its batch was acknowledged, the poison a dead letter when it could be';
    });
  },
};

/** One action out of each role: the run would have failed. */
export const grantsNeeded: readonly Scenario[] = [
  ingestNeedsItsGrants,
  tickNeedsItsGrants,
  sendNeedsItsGrants,
  elementsNeedsItsGrants,
  processNeedsItsGrants,
  sourceNeedsItsGrants,
];
