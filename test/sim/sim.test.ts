import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FAULT_IDS, FAULTS, NOT_HERE } from './fault-table.ts';
import { liveThrough, runOne } from './pool.ts';
import { REGRESSION_WORLDS } from './regressions.ts';
import { ALL_PLANTS } from './run-plants.ts';
import { hasProcesses, runSeed } from './run-seed.ts';
import { shrinkFaults } from './shrink.ts';
import { storyOf } from './story.ts';
import { makeTally } from './tally.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

const logOf = async (seed: number): Promise<string> => {
  const lines: string[] = [];
  await runSeed(seed, { trace: (line) => lines.push(line) });
  return `${lines.join('\n')}\n`;
};

const plantNamed = (start: string) => {
  const plant = ALL_PLANTS.find(({ name }) => name.startsWith(start));
  if (!plant) throw new Error(`there is no plant ${start}`);
  return plant;
};

describe('one seed is one world', () => {
  test.each([
    { seed: 4, world: 'messages', other: 5 },
    { seed: 7, world: 'process functions', other: 21 },
  ])(
    'of $world: the same seed gives the same log byte for byte, here and in another process',
    async ({ seed, other }) => {
      const log = await logOf(seed);
      expect(log.length).toBeGreaterThan(10_000);
      expect(await logOf(seed)).toBe(log);
      const args = ['test/sim/main.ts', '--log', String(seed)];
      const elsewhere = execFileSync(process.execPath, args, { cwd: repository, encoding: 'utf8', maxBuffer: 2 ** 28 });
      expect(elsewhere).toBe(log);
      expect(await logOf(other)).not.toBe(log);
    },
    30_000,
  );
});

describe('every promise under every fault', () => {
  test('P1 P2 P3 P4 P5 P6 P7 P8 P9 P12 P13 P14 P15 a dozen worlds and all that once failed', async () => {
    const { tally, failures, take } = makeTally();
    const seeds = Array.from({ length: 12 }, (_, n) => n + 1);
    const worlds = [...REGRESSION_WORLDS, ...seeds.map((seed) => ({ seed }))];
    await liveThrough({
      worlds,
      threads: 2,
      onReport: (report) => {
        take(report);
        return true;
      },
    });
    expect(failures.map(({ seed, violations }) => ({ seed, first: violations[0] }))).toEqual([]);
    expect(tally).toMatchObject({ seeds: worlds.length, lost: 0, early: 0, failedSeeds: [] });
    expect(tally.messages).toBeGreaterThan(tally.seeds * 200);
    expect(tally.elements).toBeGreaterThan(seeds.filter(hasProcesses).length * 50);
  }, 120_000);

  test('every fault of RELIABILITY.md section 2 is injected or says why not', () => {
    const named = [...FAULT_IDS, ...Object.keys(NOT_HERE)].sort();
    const missing = ['F28', 'F30', 'F42', 'F44', 'F47', 'F48'];
    const all = Array.from({ length: 51 }, (_, n) => `F${String(n + 1).padStart(2, '0')}`);
    expect(named).toEqual(all.filter((id) => !missing.includes(id)));
    expect(Object.values(FAULTS).every((what) => what.length > 10)).toBe(true);
  });
});

describe('the tester is tested', () => {
  test.each(ALL_PLANTS)('"$name" still fits the code', ({ file, find, replace }) => {
    const source = readFileSync(`${repository}${file}`, 'utf8');
    expect(source.split(find).length).toBe(2);
    expect(source.replace(find, () => replace)).not.toBe(source);
  });

  test('a bug is caught, shrunk to the faults that it needs, and told', async () => {
    const plant = plantNamed('cancel not read');
    const { report } = await runOne(1, { plant });
    expect(report.violations.map(({ promise }) => promise)).toContain('P9');
    const least = await shrinkFaults(report, plant);
    expect(least.violations.length).toBeGreaterThan(0);
    expect(least.on.length).toBeLessThan(report.on.length);
    const story = await storyOf(least, plant);
    expect(story.join('\n')).toContain(least.violations[0]?.id);
    expect(story.some((line) => line.includes('attempt 1'))).toBe(true);
  }, 60_000);
});
