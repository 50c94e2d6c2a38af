import assert from 'node:assert/strict';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { depthOf } from '../queues.ts';
import { waitFor } from '../waiting.ts';
import type { Scenario, World } from '../world.ts';

const COUNT = 8;
/** A message of a function that a deployment stopped comes again when it is no longer hidden. */
const PATIENCE_MS = 180_000;

export const feedQueueOf = ({ deployment }: World): string => deployment.outputs.FeedQueue ?? '';

/** One call, so that the messages may make one batch. */
export const feed = (world: World, bodies: readonly string[]) =>
  world.clients.sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: feedQueueOf(world),
      Entries: bodies.map((MessageBody, n) => ({ Id: String(n), MessageBody })),
    }),
  );

export const elementOf = ({ canary }: World, key: string, n: number): string =>
  JSON.stringify({ key, id: `${key}-${n}`, value: { n, secret: canary } });

export const poisonOf = ({ canary }: World, name: string): string => `no JSON: ${name} ${canary}`;

/** Waits until the process `tally` has summed up so much for a key. */
export const summed = ({ api }: World, key: string, sum: number): Promise<true> =>
  waitFor(`a sum of ${sum} for ${key}`, PATIENCE_MS, async () => {
    const { status, body } = await api.call('GET', `/v1/processes/tally/keys/${key}`);
    if (status === 404) return undefined;
    assert.ok(body.state.sum <= sum, `${key} has ${body.state.sum}, which is more than ${sum}`);
    return body.state.sum === sum || undefined;
  });

/** The reasons of what the process `tally` gave up. */
export async function letters({ api }: World): Promise<readonly string[]> {
  const query = { target: 'process:tally', limit: '100' };
  const { body } = await api.expect(200, ['GET', '/v1/dead-letters'], { query });
  return body.items.map(({ reason }: { readonly reason: string }) => reason);
}

/** Waits until nothing is left in the queue: all of it was acknowledged. */
export const drained = (world: World): Promise<true> =>
  waitFor(
    'an empty queue',
    PATIENCE_MS,
    async () => (await depthOf(world.clients, feedQueueOf(world))) === 0 || undefined,
  );

export const sourced: Scenario = {
  name: 'P10 P13 P14 a queue feeds a process: each element counts once, and a poison is a dead letter',
  run: async (world) => {
    const elements = Array.from({ length: COUNT }, (_, n) => elementOf(world, 'fed', n));
    await feed(world, [...elements, elements[1] ?? '', poisonOf(world, 'fed')]);
    await summed(world, 'fed', (COUNT * (COUNT - 1)) / 2);
    await drained(world);
    // A function that a deployment stops may bury it twice.
    assert.deepEqual(new Set(await letters(world)), new Set(['MALFORMED_JSON']));
    await summed(world, 'fed', (COUNT * (COUNT - 1)) / 2);
    return `${COUNT} elements, one of them twice, and a poison`;
  },
};
