import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Bench, median } from './result.ts';

const CHILD = fileURLToPath(new URL('./step-child.ts', import.meta.url));
const RUNS = 3;

const PROMISES = { rollingSessions: 300_000, keyedSum: 400_000, timers: 200_000 } as const;
const AIMS = { rollingSessions: '1,000,000', keyedSum: 'above 400,000', timers: 'above 200,000' } as const;

export const stepBench: Bench = {
  name: 'step',
  what: 'process functions without storage: elements and timers a second on one core, state as bytes between batches',
  n: [1_000_000],
  run: async (n, { progress, nodeFlags }) => {
    const args = [...nodeFlags, CHILD, String(n), String(RUNS)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const measured = Object.entries(JSON.parse(stdout) as Record<string, readonly number[]>);
    for (const [name, runs] of measured)
      progress(`${name}: ${runs.map((perSecond) => perSecond.toLocaleString('en')).join(', ')} a second`);
    return Object.fromEntries(measured.map(([name, runs]) => [name, median(runs)]));
  },
  judge: (results) =>
    (Object.keys(PROMISES) as (keyof typeof PROMISES)[]).map((name) => {
      const measured = Number(results[0]?.[name] ?? 0);
      return {
        must: `${name} ≥ ${PROMISES[name].toLocaleString('en')} a second`,
        aim: AIMS[name],
        measured: measured.toLocaleString('en'),
        met: measured >= PROMISES[name],
      };
    }),
};
