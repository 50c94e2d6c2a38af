import { loadavg } from 'node:os';
import { machine } from '../result.ts';
import type { Comparison, Measure } from './comparison.ts';
import type { Contender, Herd } from './contender.ts';
import { ours } from './ours.ts';
import { contenderOf } from './peer-contender.ts';
import { peers } from './peers.ts';
import { openStores } from './stores.ts';

export type Plan = {
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly progress: (line: string) => void;
};

const measure = async (contender: Contender, round: number, { sizes, progress }: Plan): Promise<Measure> => {
  const herds: Herd[] = [];
  for (const n of sizes) {
    const herd = await contender.herd(n);
    progress(`${contender.name}: herd of ${n} at ${Math.round(herd.perSecond)}/s, p99 ${herd.lateness.p99} ms`);
    herds.push(herd);
  }
  const { ingestPerSecond, spread } = await contender.ingestAndSpread(Math.max(...sizes));
  const { p50, p99 } = spread.lateness;
  progress(`${contender.name}: ingest at ${Math.round(ingestPerSecond)}/s, spread p50 ${p50} ms, p99 ${p99} ms`);
  return { contender: contender.name, round, herds, ingestPerSecond, spread };
};

/** Runs everybody by turns; who begins changes from round to round, so that nobody always follows the same one. */
export const compare = async (plan: Plan): Promise<Comparison> => {
  const [load = 0] = loadavg();
  await using stores = await openStores();
  const contenders = [ours, ...peers.map((peer) => contenderOf(peer, stores))];
  const measures: Measure[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    plan.progress(`round ${round + 1} of ${plan.rounds}`);
    const first = round % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)])
      measures.push(await measure(contender, round, plan));
  }
  return {
    machine: `${machine()}, load ${load.toFixed(1)} before the run`,
    rounds: plan.rounds,
    sizes: plan.sizes,
    contenders: contenders.map(({ name, version, settings, credit }) => ({ name, version, settings, credit })),
    measures,
  };
};
