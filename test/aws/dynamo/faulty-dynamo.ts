import { makeDynamoClient } from '../../../shared/aws/clients.ts';
import { makeDynamoStore } from '../../../shared/aws/dynamo/dynamo-store.ts';
import { makeSystemClock } from '../../../shared/aws/system-clock.ts';
import { embedded, openTables } from '../../support/engines.ts';
import { makeFastClock } from '../../support/fast-clock.ts';
import { startWire, type Wire } from '../../support/wire.ts';

export const BUDGET_MS = 1_000;

/** Short, but long enough for dynalite on a busy machine. */
const REQUEST_TIMEOUT_MS = 2_000;

/**
 * A store whose calls go over a wire that a test meddles with, and whose waits take no time; and `truth`, the same
 * tables without a wire.
 */
export async function openFaultyDynamo() {
  const services = await embedded();
  const { client: direct, tables, close } = await openTables(services);
  const wire = await startWire(services.dynamoEndpoint ?? '');
  const gone = await startWire(services.dynamoEndpoint ?? '');
  await gone.close();
  const clientOf = ({ endpoint }: Wire, requestTimeoutMs = REQUEST_TIMEOUT_MS) =>
    makeDynamoClient({ region: 'us-east-1', endpoint, requestTimeoutMs });
  const client = clientOf(wire);
  /** A store with a clock of its own, which tells how long it waited. */
  const open = (using = client) => {
    const clock = makeFastClock();
    const store = makeDynamoStore({ client: using, tables, clock, random: Math.random, budgetMs: BUDGET_MS });
    return { store, clock };
  };
  return {
    wire,
    tables,
    open,
    /** Its calls give up soon: for answers that never come. */
    openImpatient: () => open(clientOf(wire, 150)),
    /** Of a service that is not there. */
    openLost: () => open(clientOf(gone)),
    truth: makeDynamoStore({ client: direct, tables, clock: makeSystemClock(), random: Math.random }),
    async close() {
      client.destroy();
      await wire.close();
      await close();
    },
  };
}

export type FaultyDynamo = Awaited<ReturnType<typeof openFaultyDynamo>>;
