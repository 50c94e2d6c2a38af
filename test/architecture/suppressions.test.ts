import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PRODUCT = ['shared', 'functions', 'cdk'];

/** Every place where the product steps over a rule; the reason is in the comment there. */
const KNOWN = [
  'shared/aws/dynamo/lean-put.ts lint/style/noRestrictedGlobals',
  'shared/aws/exchange.ts lint/style/noRestrictedGlobals',
  'shared/channels/http/deadline.ts lint/style/noRestrictedGlobals',
  'shared/core/process/index.ts lint/performance/noBarrelFile',
  'shared/testing/index.ts lint/performance/noBarrelFile',
];

it('the product steps over a rule only where it is known', () => {
  const found = PRODUCT.flatMap((folder) => sources(folder).flatMap(suppressions));
  expect(found.toSorted()).toEqual(KNOWN);
});

function sources(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /\.[cm]?ts$|\.mjs$/.test(file)).map((file) => `${folder}/${file}`);
}

function suppressions(file: string): string[] {
  const rules = readFileSync(join(ROOT, file), 'utf8').matchAll(/biome-ignore(?:-\w+)?\s+([^\s:]+)/g);
  return Array.from(rules, ([, rule]) => `${file} ${rule}`);
}
