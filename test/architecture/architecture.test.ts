import { describe, expect, it } from 'vitest';
import { importDirections } from './import-directions.ts';
import { configuredRules, lint } from './lint.ts';
import { clean } from './planted.ts';
import { oneClock, oneEnvironment, purity } from './purity.ts';
import { shape } from './shape.ts';
import { taste } from './taste.ts';

const SUITES = [importDirections, purity, oneClock, oneEnvironment, shape, taste];
const PLANTED = SUITES.flatMap((suite) => suite.planted);

const verdict = lint(PLANTED);

describe.each(SUITES)('$title', ({ planted }) => {
  const refused = planted.filter(({ rules }) => rules.length > 0);
  const accepted = planted.filter(({ rules }) => rules.length === 0);

  it.each(refused)('$rules.0 refuses $path', ({ path, rules }) => {
    expect(verdict.rulesOf(path)).toEqual(rules);
  });

  it.each(accepted)('accepts $path', ({ path }) => {
    expect(verdict.rulesOf(path)).toEqual([]);
  });
});

describe('the check', () => {
  it('has a planted violation for every rule that biome.json turns on', () => {
    const planted = new Set(PLANTED.flatMap(({ rules }) => rules));
    expect(configuredRules().filter((rule) => !planted.has(rule))).toEqual([]);
  });

  it('plants every file once', () => {
    expect(new Set(PLANTED.map(({ path }) => path)).size).toBe(PLANTED.length);
  });

  it('fails on a warning, and passes without', () => {
    const warned = { path: 'shared/app/warned.ts', source: 'export const plus = (n: number) => (n, 1);\n', rules: [] };
    expect(lint([warned]).exitCode).toBe(1);
    expect(lint([clean('shared/app/clean.ts', 'export const n = 1;\n')]).exitCode).toBe(0);
  });
});
