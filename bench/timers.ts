import { setTimeout as sleep } from 'node:timers/promises';
import { postElements, postWatermark, putTarget } from './client.ts';
import { batchesOf, PROCESSES_FILE } from './process-loads.ts';
import { startReceiver } from './receiver.ts';
import { type Bench, type Context, percentiles } from './result.ts';
import { withRuntime } from './runtime-child.ts';

const PER_SECOND = 100;
const KEYS = 500;
const BATCH = 10_000;
const LEAD_MS = 5_000;
const WATERMARK_EVERY_MS = 50;
/** For the last ones. */
const PATIENCE_MS = 3_000;

type Said = { readonly watermark: number; readonly at: number };

/** Sets `n` timers of event time, some each second from `from` on; the elements themselves lie before all of them. */
const setTimers = async (url: string, n: number, from: number): Promise<void> => {
  const timestamp = new Date(from - 1).toISOString();
  for (const ks of batchesOf(n, BATCH)) {
    const lines = ks.map((k) => {
      const value = { inMs: 1 + Math.round((k * 1000) / PER_SECOND) };
      return JSON.stringify({ key: `user-${k % KEYS}`, id: `evt-${k}`, timestamp, value });
    });
    await postElements(url, 'remind', lines);
  }
};

/** Lets the watermark follow the clock beyond `until`, and notes when it was said. */
const followClock = async (url: string, until: number): Promise<readonly Said[]> => {
  const said: Said[] = [];
  for (let at = 0; at < until; await sleep(WATERMARK_EVERY_MS)) {
    at = Date.now();
    said.push({ watermark: at, at });
    await postWatermark(url, 'remind', new Date(at).toISOString());
  }
  return said;
};

const run = (n: number, { progress, nodeFlags }: Context) =>
  withRuntime(
    async ({ url }) => {
      const arrivals: { readonly timer: number; readonly at: number }[] = [];
      const receiver = await startReceiver((body, at) => {
        arrivals.push({ timer: (JSON.parse(body) as { at: number }).at, at });
      });
      try {
        await putTarget(url, 'sink', { kind: 'http', url: receiver.url });
        const from = Date.now() + LEAD_MS;
        await setTimers(url, n, from);
        const until = from + (n * 1000) / PER_SECOND;
        progress(`waiting ${Math.round((until - Date.now()) / 1000)} s for ${n} timers`);
        const said = await followClock(url, until);
        await sleep(PATIENCE_MS);
        const delays = arrivals.map(({ timer, at }) => {
          const reached = said.find(({ watermark }) => watermark >= timer);
          return at - (reached?.at ?? Number.NaN);
        });
        return {
          delayMs: percentiles(delays),
          lost: n - new Set(arrivals.map(({ timer }) => timer)).size,
          duplicates: receiver.arrivals.length - new Set(receiver.arrivals.map(({ id }) => id)).size,
        };
      } finally {
        await receiver.stop();
      }
    },
    { processes: PROCESSES_FILE, nodeFlags },
  );

/** Event timers while the watermark follows the clock: from the call that raises it to the arrival of what they put out. */
export const timers: Bench = {
  name: 'timers',
  what: `${PER_SECOND} event timers a second on ${KEYS} keys, from the watermark to a local receiver`,
  n: [6_000],
  run,
  judge: ([result]) => {
    const { p50, p99, max } = { ...(result?.delayMs as ReturnType<typeof percentiles> | undefined) };
    const { lost, duplicates } = { ...result };
    const measured = `p50 ${p50}, p99 ${p99}, at most ${max} ms, ${lost} lost, ${duplicates} twice`;
    const met = (p99 ?? Number.POSITIVE_INFINITY) <= 1_200 && lost === 0 && duplicates === 0;
    return [{ must: 'p99 ≤ 1,200 ms behind the watermark', aim: '', measured, met }];
  },
};
