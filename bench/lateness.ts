import { setTimeout as sleep } from 'node:timers/promises';
import { postLines, putTarget } from './client.ts';
import { startReceiver } from './receiver.ts';
import { type Bench, type Context, percentiles } from './result.ts';
import { withRuntime } from './runtime-child.ts';

const OTHERS = 200_000;
const PER_SECOND = 100;
/** Room for loading before the first message is due. */
const LEAD_MS = 15_000;

function* others(): Generator<string> {
  const from = Date.now() + 3_600_000;
  for (let n = 0; n < OTHERS; n += 1) {
    const at = new Date(from + n * 100).toISOString();
    yield JSON.stringify({
      id: `other-${n}`,
      target: 'sink',
      at,
      payload: { n, text: 'somebody else at another time' },
    });
  }
}

function* measured(n: number, from: number): Generator<string> {
  for (let k = 0; k < n; k += 1) {
    const at = new Date(from + Math.round((k * 1000) / PER_SECOND)).toISOString();
    yield JSON.stringify({ id: `m-${k}`, target: 'sink', at, payload: { n: k, text: 'Good morning' } });
  }
}

const run = (n: number, { progress, nodeFlags }: Context) =>
  withRuntime(
    async ({ url }) => {
      const receiver = await startReceiver();
      try {
        await putTarget(url, 'sink', { kind: 'http', url: receiver.url });
        progress(`storing ${OTHERS} others`);
        await postLines(url, 'others', others());
        const from = Date.now() + LEAD_MS;
        const accepted = await postLines(url, 'measured', measured(n, from));
        const endsIn = from + (n * 1000) / PER_SECOND - Date.now();
        progress(`waiting ${Math.round(endsIn / 1000)} s for ${accepted} messages`);
        await sleep(endsIn + 3_000);
        const ids = new Set(receiver.arrivals.map(({ id }) => id));
        const late = receiver.arrivals.map(({ latenessMs }) => latenessMs);
        return {
          latenessMs: percentiles(late),
          lost: accepted - ids.size,
          duplicates: receiver.arrivals.length - ids.size,
          early: late.filter((ms) => ms < 0).length,
          histogram: histogramOf(late),
        };
      } finally {
        await receiver.stop();
      }
    },
    { nodeFlags },
  );

/** Messages by whole milliseconds of lateness. */
const histogramOf = (values: readonly number[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(values, String)].map(([ms, group]) => [ms, group.length]));

/** Messages at a steady rate over many pending ones, from the due time to the arrival at a receiver. */
export const lateness: Bench = {
  name: 'lateness',
  what: `${PER_SECOND} messages a second over ${OTHERS} pending, http to a local receiver`,
  n: [6_000],
  run,
  judge: ([result]) => {
    const p99 = result?.latenessMs?.p99 ?? Number.POSITIVE_INFINITY;
    const { early, lost, duplicates } = result ?? {};
    const measured = `p99 ${p99} ms, ${early} early, ${lost} lost, ${duplicates} twice`;
    const met = p99 <= 20 && early === 0 && lost === 0 && duplicates === 0;
    return [{ must: 'p99 ≤ 20 ms, 0 early', aim: 'p99 ≤ 2.5 ms', measured, met }];
  },
};
