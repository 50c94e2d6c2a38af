import assert from 'node:assert/strict';
import { arrivalsOf, isTaken } from '../messages.ts';
import { waitFor } from '../waiting.ts';
import type { Scenario, World } from '../world.ts';
import { invokeTick } from './scheduled.ts';

const SETTLED_WITHIN_MS = 120_000;

/** What every message came to, by the receiver. */
export const delivered: Scenario = {
  name: 'P1 P3 P6 each message came once if it was to come, else never, and none came early',
  run: (world) => {
    const { arrivals } = world.receiver;
    let repeated = 0;
    for (const [id, fate] of world.fates) {
      const taken = arrivalsOf(world, { id }).filter(isTaken).length;
      if (taken === 2 && world.mayRepeat.has(id)) repeated += 1;
      else
        assert.equal(
          taken,
          fate === 'sent' && !world.unseen.has(id) ? 1 : 0,
          `${id}, which was to be ${fate}, arrived ${taken} times`,
        );
    }
    for (const { id, atMs, dueAtMs } of arrivals) {
      assert.ok(world.fates.has(id), `${id} arrived and was never accepted`);
      assert.ok(atMs >= dueAtMs, `${id} arrived ${dueAtMs - atMs} ms before it was due`);
    }
    const twice = repeated === 0 ? '0 twice' : `${repeated} twice, whose sender the emulator killed`;
    return Promise.resolve(`${arrivals.length} requests for ${world.fates.size} messages, 0 early, ${twice}`);
  },
};

const STATES = ['sent', 'dead', 'cancelled', 'expired'] as const;

/** What every message came to, by the product's own books. */
export const accounted: Scenario = {
  name: 'P1 the ledger of /v1/status adds up to what was accepted, and everything settles',
  run: async (world) => {
    const wanted = Object.fromEntries(STATES.map((state) => [state, countOf(world, state)]));
    const dueAtMs = Math.max(...world.receiver.arrivals.map((arrival) => arrival.dueAtMs));
    const status = await waitFor('everything settled', SETTLED_WITHIN_MS, async () => {
      await invokeTick(world);
      const { body } = await world.api.expect(200, ['GET', '/v1/status']);
      assertSum(body.counts);
      return Date.parse(body.settledThrough) > dueAtMs ? body : undefined;
    });
    const { counts } = status;
    assert.deepEqual(counts, { ...wanted, accepted: world.fates.size, pending: 0, retrying: 0, unknown: 0 });
    return Object.entries(wanted)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ');
  },
};

const countOf = ({ fates }: World, fate: string): number =>
  [...fates.values()].filter((known) => known === fate).length;

function assertSum({ accepted, ...rest }: Readonly<Record<string, number>>): void {
  const sum = Object.values(rest).reduce((all, count) => all + count, 0);
  assert.equal(accepted, sum, `accepted ${accepted}, but the states add up to ${sum}`);
}
