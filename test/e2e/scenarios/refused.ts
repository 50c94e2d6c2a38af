import assert from 'node:assert/strict';
import { makeApi } from '../api.ts';
import { forgerOf, type Signer, signerOf, unsigned } from '../signer.ts';
import type { Scenario, World } from '../world.ts';

const NAME = 'stolen';
const FORBIDDEN = 403;

/** Who is to be refused; where nobody checks signatures only a call without one is. */
function strangers({ target: { region }, callers: { caller, stranger } }: World): Readonly<Record<string, Signer>> {
  if (!stranger) return { 'without a signature': unsigned };
  return {
    'without a signature': unsigned,
    'with a wrong signature': forgerOf(caller, region),
    'of a user without the grant': signerOf(stranger, region),
  };
}

export const refused: Scenario = {
  name: 'H17 calls of those who may not call are refused, and do nothing',
  run: async (world) => {
    const all = strangers(world);
    for (const [who, signer] of Object.entries(all)) {
      const api = makeApi(world.door, signer);
      const body = { kind: 'http', url: `${world.receiver.url}/${NAME}` };
      const { status } = await api.call('PUT', `/v1/targets/${NAME}`, { body });
      assert.equal(status, FORBIDDEN, `a call ${who} was answered ${status}`);
    }
    await world.api.expect(404, ['GET', `/v1/targets/${NAME}`]);
    return Object.keys(all).join(', ');
  },
};
