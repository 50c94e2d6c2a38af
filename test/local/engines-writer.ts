import { makeDynamoClient } from '../../shared/aws/clients.ts';
import { createTables } from '../../shared/aws/dynamo/create-tables.ts';
import { makeDynamoStore } from '../../shared/aws/dynamo/dynamo-store.ts';
import { makeSystemClock } from '../../shared/aws/system-clock.ts';
import { startEngines } from '../../shared/local/engines.ts';

/** A process that writes until it is killed, and says what was acknowledged: `item <n>` or `batch <n>` on a line. */
const [dataDir = '', tableList = '[]'] = process.argv.slice(2);
const { dynamoEndpoint } = await startEngines({ dataDir });
const client = makeDynamoClient({ region: 'us-east-1', endpoint: dynamoEndpoint });
const tables = JSON.parse(tableList);
await createTables(client, tables);
const store = makeDynamoStore({ client, tables, clock: makeSystemClock(), random: Math.random });

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const writeItems = async (worker: number): Promise<void> => {
  for (let n = worker; ; n += 4) {
    await store.put({ table: 'segments', pk: 'items', sk: `s${n}`, version: n, doc: `${n}` }, 'absent');
    say(`item ${n}`);
  }
};
const writeBatches = async (): Promise<void> => {
  for (let n = 0; ; n += 1) {
    const items = Array.from({ length: 25 }, (_, each) => ({
      pk: `batch-${n}`,
      sk: `s${each}`,
      body: Buffer.alloc(5000, n),
    }));
    await store.putMany(items.map((item) => ({ table: 'keys', version: n, ...item })));
    say(`batch ${n}`);
  }
};
await Promise.all([0, 1, 2, 3].map(writeItems).concat(writeBatches()));
