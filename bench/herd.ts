import { setTimeout as sleep } from 'node:timers/promises';
import { awaitStatus, postLines, putTarget } from './client.ts';
import type { Bench, Context, Result } from './result.ts';
import { withRuntime } from './runtime-child.ts';

/** Loading takes this long at most, per message and to begin with. */
const LOAD_MS_A_MESSAGE = 0.02;
const LEAD_MS = 8_000;

function* due(n: number, at: string): Generator<string> {
  for (let k = 0; k < n; k += 1) {
    yield JSON.stringify({ id: `h-${k}`, target: 'sink', at, payload: { n: k, text: 'Good morning, it is nine' } });
  }
}

const run = (n: number, { progress, nodeFlags }: Context) =>
  withRuntime(
    async ({ url }) => {
      await putTarget(url, 'sink', { kind: 'none' });
      const at = Date.now() + LEAD_MS + n * LOAD_MS_A_MESSAGE;
      const started = Date.now();
      const accepted = await postLines(url, 'herd', due(n, new Date(at).toISOString()));
      progress(`stored ${accepted} in ${Date.now() - started} ms, due in ${at - Date.now()} ms`);
      await sleep(Math.max(0, at - Date.now()));
      // Asking for the status is work of the runtime too, so it is not asked before the first of it can be done.
      await sleep(n / 100);
      const status = await awaitStatus(url, ({ counts }) => counts.sent + counts.dead >= accepted, 60_000 + n);
      const { p50, p99, max } = status.latenessMs;
      return {
        perSecond: Math.round((accepted * 1000) / Math.max(1, max)),
        latenessMs: { p50, p99, max },
        lost: accepted - status.counts.sent,
      };
    },
    { nodeFlags },
  );

const rateOf = (result: Result | undefined): number => Number(result?.perSecond);

const first = (result: Result | undefined) => {
  const p99 = result?.latenessMs?.p99 ?? Number.POSITIVE_INFINITY;
  return {
    must: '≥ 100,000/s, p99 ≤ 250 ms',
    aim: '300,000/s',
    measured: `${rateOf(result)}/s, p99 ${p99} ms`,
    met: rateOf(result) >= 100_000 && p99 <= 250,
  };
};

/** Messages that are all due in one millisecond, to the channel that accepts everything. */
export const herd: Bench = {
  name: 'herd',
  what: 'messages due in one millisecond, none channel',
  n: [20_000, 100_000, 1_000_000],
  run,
  judge: ([smallest, ...larger]) => [
    first(smallest),
    ...larger.map((result) => ({
      must: `${result.n}: within 20 % of the rate at ${smallest?.n}`,
      aim: 'flat',
      measured: `${result.perSecond}/s, ${Math.round((100 * rateOf(result)) / rateOf(smallest))} %`,
      met: rateOf(result) >= 0.8 * rateOf(smallest),
    })),
  ],
};
