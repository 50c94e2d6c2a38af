import { afterAll, beforeAll, expect, test } from 'vitest';
import { callDynamo } from '../../shared/local/call-engine.ts';
import { type Engines, startEngines } from '../../shared/local/engines.ts';
import { startExpiry } from '../../shared/local/expiry.ts';
import { setUpEngines, TABLES } from '../../shared/local/set-up-engines.ts';

let engines: Engines;

beforeAll(async () => {
  engines = await startEngines();
  await setUpEngines(engines);
});

afterAll(() => engines.close());

const DAY_S = 24 * 60 * 60;
const agoS = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;

const put = (TableName: string, name: string, expiresAt?: number) =>
  callDynamo(engines.dynamoEndpoint, 'PutItem', {
    body: {
      TableName,
      Item: { pk: { S: name }, sk: { S: '-' }, ...(expiresAt && { expiresAt: { N: String(expiresAt) } }) },
    },
  });

const namesIn = async (TableName: string): Promise<string[]> => {
  const { Items } = await callDynamo<{ Items: { pk: { S: string } }[] }>(engines.dynamoEndpoint, 'Scan', {
    body: { TableName },
  });
  return Items.map(({ pk }) => pk.S).sort();
};

test('what expired more than a day ago goes from every table, page by page, and nothing else does', async () => {
  const tables = Object.values(TABLES);
  for (const table of tables) {
    for (let n = 0; n < 60; n += 1) await put(table, `old-${n}`, agoS(DAY_S + 60));
    await put(table, 'fresh', agoS(DAY_S - 60));
    await put(table, 'future', agoS(-DAY_S));
    await put(table, 'kept');
  }
  const errors: unknown[] = [];
  const { dynamoEndpoint } = engines;
  const expiry = startExpiry({ dynamoEndpoint, onError: (error) => errors.push(error), pauseMs: 1 });
  for (const table of tables) {
    await expect.poll(() => namesIn(table), { timeout: 10_000 }).toEqual(['fresh', 'future', 'kept']);
  }
  await expiry.stop();
  expect(errors).toEqual([]);
}, 20_000);

test('stops in the middle', async () => {
  const [table] = Object.values(TABLES) as [string];
  for (let n = 0; n < 60; n += 1) await put(table, `n-${n}`, agoS(2 * DAY_S));
  const errors: unknown[] = [];
  const expiry = startExpiry({
    dynamoEndpoint: engines.dynamoEndpoint,
    onError: (error) => errors.push(error),
    pauseMs: 60_000,
  });
  await expiry.stop();
  expect((await namesIn(table)).length).toBeGreaterThan(50);
  expect(errors).toEqual([]);
});
