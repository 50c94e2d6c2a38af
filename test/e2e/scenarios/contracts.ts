import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run } from '../run-command.ts';
import { accountOf } from '../target.ts';
import type { Scenario } from '../world.ts';

const ROOT = join(import.meta.dirname, '../../..');
const VITEST = join(ROOT, 'node_modules/.bin/vitest');
const SUITES = ['run', '--project', 'contract', '--testNamePattern', 'named endpoint'];

export const contracts: Scenario = {
  name: 'the store and the queues of the target keep the contracts of their ports',
  run: async ({ target }) => {
    const env = {
      ...process.env,
      ...accountOf(target),
      NO_COLOR: '1',
      MERIDIAN_TEST_ENDPOINT: target.endpoint ?? 'aws',
    };
    const { status, output } = await run(VITEST, SUITES, { cwd: ROOT, env });
    const [, passed] = /Tests +.*?(\d+) passed/.exec(output) ?? [];
    assert.ok(status === 0 && passed, `the contract suites ended in status ${status}:\n${output.slice(-4000)}`);
    return `${passed} tests passed`;
  },
};
