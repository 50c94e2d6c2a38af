import { makeDynamoStore } from '../../../shared/aws/dynamo/dynamo-store.ts';
import { makeSystemClock } from '../../../shared/aws/system-clock.ts';
import { itemStoreContract, type OpenStore } from '../../contract/item-store.contract.ts';
import { embedded, namedServices, openTables, type Services } from '../../support/engines.ts';
import { skippedWithoutEndpoint } from '../../support/skipped.ts';

const openStore = async (services: Services): Promise<OpenStore> => {
  const { client, tables, close } = await openTables(services);
  return { store: makeDynamoStore({ client, tables, clock: makeSystemClock(), random: Math.random }), close };
};

// Dynalite sorts rightly, but compares bounds with each other and with cursors by UTF-16 units.
const dynalite = { name: 'dynalite', runs: 40, deviations: ['bounds by UTF-16'] } as const;
itemStoreContract(dynalite, async () => openStore(await embedded()));

const named = namedServices();
if (named) itemStoreContract({ name: 'the named endpoint', runs: 40 }, () => openStore(named));
else skippedWithoutEndpoint('ItemStore');
