import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { TypedProcess } from '../../shared/core/process/process.ts';
import { makeHarness } from '../../shared/testing/harness.ts';
import type { Harness, HarnessOptions } from '../../shared/testing/harness-types.ts';
import { flinkPage } from '../support/flink-page.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'meridian-flink-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const urlOf = (path: string): string => pathToFileURL(join(ROOT, path)).href;

/** The package's own name and its packages, from here. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/'meridian'/g, `'${urlOf('shared/core/process/index.ts')}'`],
  [/'meridian\/testing'/g, `'${urlOf('shared/testing/index.ts')}'`],
  [/'valibot'/g, `'${import.meta.resolve('valibot')}'`],
];

for (const [name, code] of flinkPage) {
  const placed = PLACES.reduce((text, [imported, place]) => text.replace(imported, place), code);
  writeFileSync(join(folder, `${name}.ts`), placed);
}

const load = (name: string): Promise<Record<string, unknown>> => import(pathToFileURL(join(folder, `${name}.ts`)).href);

type Untyped = Record<string, never>;

const harnessOf = async (name: string, options: HarnessOptions = {}) => {
  const process = (await load(name))[name] as TypedProcess<Untyped, unknown, Untyped>;
  const harness = makeHarness(process, options) as unknown as Harness<{ [input: string]: unknown }, unknown, Untyped>;
  return {
    ...harness,
    feed: (key: string, value: unknown, timestamp: number, input = 'main') =>
      harness.element({ key, value, timestamp, input, partition: 'p0' }),
    rows: () => harness.outputs().map(({ key, value, timestamp }) => [key, value, timestamp]),
    side: (name: string) => harness.sideOutput(name).map(({ value }) => value),
  };
};

it('every piece of code of the page is run here', () => {
  expect([...flinkPage.keys()]).toEqual(['clicks', 'payments', 'sales', 'orders', 'pages', 'test']);
});

it('the session moves its timer, and the test of the page passes', async () => {
  const clicks = await harnessOf('clicks');
  for (const timestamp of [1_000, 30_000]) clicks.feed('u', { page: '/' }, timestamp);
  clicks.advanceWatermark(89_999);
  expect(clicks.rows()).toEqual([]);
  clicks.advanceWatermark(90_000);
  expect([clicks.rows(), clicks.state('u')]).toEqual([[['u', 2, 90_000]], {}]);
  await load('test');
});

it('two inputs share their state, and read what was broadcast', async () => {
  const payments = await harnessOf('payments');
  payments.broadcast({ name: 'waitMs', value: 500 });
  payments.feed('o1', { amount: 10 }, 100, 'order');
  payments.feed('o2', { amount: 20 }, 100, 'order');
  payments.feed('o1', { amount: 10 }, 200, 'payment');
  payments.advanceWatermark(600);
  expect([payments.rows(), payments.side('unpaid')]).toEqual([[['o1', 'o1 is paid', 200]], [20]]);
});

it('the window sums, takes what is not too late, and puts the rest out', async () => {
  const sales = await harnessOf('sales');
  for (const [amount, timestamp] of [
    [1, 1_000],
    [2, 59_000],
    [4, 65_000],
    [8, 30_000],
    [16, 100_000],
    [32, 1_000],
  ] as const) {
    sales.feed('s', { amount }, timestamp);
  }
  expect(sales.rows()).toEqual([
    ['s', { shop: 's', minute: 0, amount: 3 }, 59_999],
    ['s', { shop: 's', minute: 0, amount: 11 }, 59_999],
  ]);
  expect(sales.side('late')).toEqual([{ amount: 32 }]);
});

it('the call gives its result or goes to the side output', async () => {
  const price = (sku: string) => (sku === 'gone' ? { failed: new Error('404') } : { ok: { cents: 5 }, afterMs: 10 });
  const orders = await harnessOf('orders', { calls: { price } });
  orders.feed('o', { sku: 'gone' }, 1);
  orders.feed('o', { sku: 'tea' }, 2);
  orders.advanceTo(5_000);
  expect([orders.rows(), orders.side('unpriced')]).toEqual([[['o', { sku: 'tea', cents: 5 }, 2]], ['gone']]);
});

it('the list lives while it is read', async () => {
  const pages = await harnessOf('pages');
  for (const [at, page] of [
    [0, '/a'],
    [3_000_000, '/b'],
    [6_000_000, '/c'],
    [9_600_000, '/d'],
  ] as const) {
    pages.advanceTo(at);
    pages.feed('u', { page }, at);
  }
  expect(pages.rows().map(([, value]) => value)).toEqual([['/a'], ['/a', '/b'], ['/a', '/b', '/c'], ['/d']]);
});
