import assert from 'node:assert/strict';
import { PROMPTLY_MS } from '../messages.ts';
import { run } from '../run-command.ts';
import { waitFor } from '../waiting.ts';
import type { Scenario, World } from '../world.ts';

/** Does what an output of the stack says, as a user does who pastes it; gives the answer. */
async function paste({ deployment: { outputs }, door, target, callers: { caller } }: World, name: string) {
  const { ApiUrl = '', [name]: command = '' } = outputs;
  // An emulator is not where the address of its API says.
  const reachable = target.endpoint === undefined ? command : command.replace(ApiUrl, `http://${door.host}/`);
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: caller.accessKeyId,
    AWS_SECRET_ACCESS_KEY: caller.secretAccessKey,
    AWS_SESSION_TOKEN: caller.sessionToken ?? '',
  };
  const { status, output } = await run('/bin/sh', ['-c', reachable], { env });
  assert.equal(status, 0, `${name}, which needs curl, ended in status ${status}: ${output}`);
  return JSON.parse(output);
}

export const pasted: Scenario = {
  name: 'the commands that the deployment prints deliver a first message',
  run: async (world) => {
    await paste(world, 'FirstTarget');
    const { id } = await paste(world, 'FirstMessage');
    assert.ok(id, 'it was not accepted');
    world.fates.set(id, 'sent');
    world.unseen.add(id);
    await waitFor('an answer that it was sent', 2 * PROMPTLY_MS, async () => {
      const { state } = await paste(world, 'FirstAnswer');
      return state === 'sent' || undefined;
    });
    return 'three commands, by curl';
  },
};
