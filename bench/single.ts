import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { Pool } from 'undici';
import { putTarget } from './client.ts';
import { type Bench, type Context, median } from './result.ts';
import { type RuntimeChild, withRuntime } from './runtime-child.ts';

/** Node compiles what runs often again and again, so the first ones are not counted. */
const WARMING_ROUNDS = 2;
const ROUNDS = 5;
const AT_ONCE = 32;
const TABLE = 'meridian-keys';
const PAYLOAD = { text: 'Good morning, it is nine' };

/** Runs `call` for 0 … n − 1, so many at once, and answers how many ended a second. */
const rateOf = async (n: number, call: (k: number) => Promise<void>): Promise<number> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let k = next++; k < n; k = next++) await call(k);
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (n * 1000) / (performance.now() - from);
};

/** An item of the size of a keyed message, in the same table, by the SDK as it comes. */
const bareRate = async (endpoint: string, run: string, n: number): Promise<number> => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint, credentials });
  const doc = JSON.stringify({ run, text: 'x'.repeat(400) });
  const rate = await rateOf(n, async (k) => {
    const Item = {
      pk: { S: `bare#${run}#${k}` },
      sk: { S: '-' },
      version: { N: '1' },
      doc: { S: doc },
      body: { B: Buffer.from(JSON.stringify(PAYLOAD)) },
      expiresAt: { N: '1800000000' },
    };
    await client.send(new PutItemCommand({ TableName: TABLE, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
  });
  client.destroy();
  return rate;
};

const ourRate = async (url: string, run: string, n: number): Promise<number> => {
  const pool = new Pool(url, { connections: AT_ONCE });
  const body = JSON.stringify({ target: 'sink', delay: 'PT2H', payload: PAYLOAD });
  const headers = { 'content-type': 'application/json' };
  const rate = await rateOf(n, async (k) => {
    const answer = await pool.request({ method: 'PUT', path: `/v1/messages/${run}-${k}`, headers, body });
    await answer.body.dump();
    if (answer.statusCode !== 202) throw new Error(`answer ${answer.statusCode}`);
  });
  await pool.close();
  return rate;
};

const measure = async (n: number, runtime: RuntimeChild, { progress }: Context) => {
  const { url, dynamoEndpoint } = runtime;
  await putTarget(url, 'sink', { kind: 'none' });
  const rounds: { ours: number; bare: number }[] = [];
  for (let round = 0; round < WARMING_ROUNDS + ROUNDS; round += 1) {
    const warming = round < WARMING_ROUNDS;
    const bare = await bareRate(dynamoEndpoint, `r${round}`, n);
    const ours = await ourRate(url, `r${round}`, n);
    progress(`ours ${Math.round(ours)}/s, bare ${Math.round(bare)}/s${warming ? ' (warming up)' : ''}`);
    if (!warming) rounds.push({ ours, bare });
  }
  return {
    perSecond: Math.round(median(rounds.map(({ ours }) => ours))),
    barePerSecond: Math.round(median(rounds.map(({ bare }) => bare))),
    ofBare: Number(median(rounds.map(({ ours, bare }) => ours / bare)).toFixed(2)),
  };
};

/** Messages put by key over http, beside bare puts of items of the same size to the same engine. */
export const single: Bench = {
  name: 'single',
  what: `messages put by key over http, ${AT_ONCE} at once, beside bare SDK PutItem on the same engine, by turns`,
  n: [3_000],
  run: (n, context) => withRuntime((runtime) => measure(n, runtime, context), { nodeFlags: context.nodeFlags }),
  judge: ([result]) => {
    const share = Number(result?.ofBare);
    const measured = `${Math.round(share * 100)} % of bare PutItem (${result?.perSecond}/s)`;
    return [{ must: '≥ 80 % of bare SDK PutItem', aim: '', measured, met: share >= 0.8 }];
  },
};
