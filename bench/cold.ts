import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from '../cdk/package/bundle-function.ts';
import { type Bench, median } from './result.ts';

const FUNCTIONS = ['ingest', 'tick', 'send'] as const;

/** What the functions read from their environment; nothing is connected to while they load. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  MERIDIAN_STAGE: 'bench',
  MERIDIAN_SEGMENTS_TABLE: 'segments',
  MERIDIAN_KEYS_TABLE: 'keys',
  MERIDIAN_CONTROL_TABLE: 'control',
  MERIDIAN_SEND_QUEUE_URLS: 'https://sqs.us-east-1.amazonaws.com/123456789012/send',
};

/** As Lambda loads it; CPU of a process that only starts is taken off. */
const LOAD = `const a = process.cpuUsage(); require(process.argv[1]); const b = process.cpuUsage(a);
process.stdout.write(String((b.user + b.system) / 1000))`;

const loadMs = (file: string, nodeFlags: readonly string[] = []): number => {
  const args = [...nodeFlags, '--input-type=commonjs', '-e', LOAD, file];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { env: ENVIRONMENT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} does not load: ${stderr}`);
  return Number(stdout);
};

const bundle = async (name: string, directory: string): Promise<string> => {
  const outfile = join(directory, name, 'index.cjs');
  await bundleFunction(name, outfile);
  return outfile;
};

/** Size and load time of each function's bundle, made as the deployment makes it. */
export const cold: Bench = {
  name: 'cold',
  what: 'bundle size and CPU time to load of each function; --n is how often each is loaded',
  n: [60],
  run: async (n, { progress, nodeFlags }) => {
    const directory = await mkdtemp(join(tmpdir(), 'meridian-cold-'));
    try {
      const figures: Record<string, number> = {};
      for (const name of FUNCTIONS) {
        const file = await bundle(name, directory);
        const kb = Math.round((await stat(file)).size / 1000);
        const loads = Array.from({ length: n }, () => loadMs(file));
        // One that is looked at takes longer, so it does not count.
        if (nodeFlags.length > 0) loadMs(file, nodeFlags);
        // Other work on the machine, above all on the other thread of the same core, only ever adds.
        const leastMs = Math.round(Math.min(...loads));
        const medianMs = Math.round(median(loads));
        progress(`${name}: ${kb} kB, ${leastMs} ms at least, ${medianMs} ms in the middle of ${n}`);
        figures[`${name}Kb`] = kb;
        figures[`${name}CpuMs`] = leastMs;
        figures[`${name}MedianCpuMs`] = medianMs;
      }
      return figures;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
  judge: ([result]) => {
    const figureOf = (name: string, unit: string): number => Number(result?.[`${name}${unit}`]);
    const listed = (unit: string): string => FUNCTIONS.map((name) => `${name} ${figureOf(name, unit)}`).join(', ');
    const atMost = (unit: string, most: number): boolean => FUNCTIONS.every((name) => figureOf(name, unit) <= most);
    return [
      { must: '≤ 450 kB', aim: '', measured: `${listed('Kb')} kB`, met: atMost('Kb', 450) },
      { must: '≤ 70 ms CPU', aim: '', measured: `${listed('CpuMs')} ms`, met: atMost('CpuMs', 70) },
    ];
  },
};
