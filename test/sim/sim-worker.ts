import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { FaultId } from './fault-table.ts';
import type { Plant } from './plants.ts';
import type { SeedReport } from './world.ts';

/** A world to live through: the one of its seed, or, with `only`, the same with other faults than it drew. */
export type Asked = { readonly seed: number; readonly only?: readonly FaultId[] };

/** What a worker is asked to do: worlds one after the other. */
export type Request = { readonly worlds: readonly Asked[]; readonly story?: boolean };

export type Reply = { readonly report: SeedReport; readonly story?: readonly string[] };

/** Serves one file of the real code with its bug in place; Node strips the types behind this hook. */
const plantBug = (plant: Plant): void => {
  const url = new URL(`../../${plant.file}`, import.meta.url).href;
  registerHooks({
    load: (asked, context, next) => {
      const loaded = next(asked, context);
      if (asked !== url) return loaded;
      const source = readFileSync(fileURLToPath(url), 'utf8');
      if (source.split(plant.find).length !== 2) throw new Error(`${plant.file} has not exactly one: ${plant.find}`);
      return { ...loaded, source: source.replace(plant.find, () => plant.replace) };
    },
  });
};

const { plant } = (workerData ?? {}) as { plant?: Plant };
if (plant) plantBug(plant);
// Thousands of simulated refusals are errors that nobody prints.
Error.stackTraceLimit = 0;
const { runSeed } = await import('./run-seed.ts');

let failure: unknown;
process.on('uncaughtException', (error) => {
  failure ??= error;
});

const run = async ({ seed, only }: Asked, story = false): Promise<Reply> => {
  failure = undefined;
  const lines: string[] = [];
  const options = {
    ...(only ? { only: new Set(only) } : {}),
    ...(story ? { trace: (line: string) => lines.push(line) } : {}),
  };
  const report = await runSeed(seed, options);
  // A world leaves Node no turn in which to tell of rejections that nobody handled.
  await turn();
  const crashed =
    failure === undefined ? [] : [{ promise: 'P10', what: `the process ended: ${String(failure)}`, at: 0 }];
  return { report: { ...report, violations: [...crashed, ...report.violations] }, ...(story ? { story: lines } : {}) };
};

parentPort?.on('message', async (request: Request) => {
  for (const world of request.worlds) parentPort?.postMessage(await run(world, request.story));
});
