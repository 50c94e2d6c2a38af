import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { postLines, putTarget } from './client.ts';
import { cpuMsOf } from './process-figures.ts';
import { type ReceiverChild, startReceiverChild } from './receiver-child.ts';
import { type Bench, type Context, median } from './result.ts';
import { type RuntimeChild, withRuntime } from './runtime-child.ts';

const ROUNDS = 3;
const LEAD_MS = 3_000;
const CONNECTIONS = 64;
const PAYLOAD = { text: 'Good morning, it is nine' };

function* due(n: number, at: string): Generator<string> {
  for (let k = 0; k < n; k += 1) yield JSON.stringify({ target: 'sink', at, payload: { n: k, ...PAYLOAD } });
}

/** Headers of the size and number that ours have. */
const HEADERS = [
  ['user-agent', 'meridian'],
  ['content-type', 'application/json'],
  ['accept-encoding', 'identity'],
  ['webhook-id', `msg_${'x'.repeat(36)}`],
  ['webhook-timestamp', '1795338000'],
  ['webhook-signature', `v1,${'x'.repeat(43)}=`],
  ['idempotency-key', `msg_${'x'.repeat(36)}`],
  ['meridian-due-at', '2026-11-22T00:00:00.000Z'],
  ['meridian-attempt', '1'],
].flat();

/** Requests a second that bare undici makes: `dispatch`, the fastest of its interfaces, with one body for all. */
const bareRate = async (url: string, n: number): Promise<number> => {
  const pool = new Pool(new URL(url).origin, { connections: CONNECTIONS, pipelining: 1 });
  const body = Buffer.from(JSON.stringify({ n: n, ...PAYLOAD }));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let started = 0;
  let left = n;
  const next = (): void => {
    if (started === n) return;
    started += 1;
    pool.dispatch({ method: 'POST', path: '/', headers: HEADERS, body }, handler);
  };
  const handler = {
    onRequestStart: () => undefined,
    onResponseStart: () => undefined,
    onResponseData: () => undefined,
    onResponseEnd: () => {
      left -= 1;
      if (left === 0) resolve();
      next();
    },
    onResponseError: (_: unknown, error: Error) => reject(error),
  };
  const from = performance.now();
  for (let k = 0; k < CONNECTIONS; k += 1) next();
  await promise;
  const ms = performance.now() - from;
  await pool.close();
  return (n * 1000) / ms;
};

/** Waits until so many requests came; asks rarely, as the receiver has better to do. */
const awaitCount = async (receiver: ReceiverChild, count: number): Promise<void> => {
  while ((await receiver.count()) < count) await sleep(10);
};

/** Messages a second that the runtime sends, from their due time to the arrival of the last. */
const ourRate = async (n: number, { runtime, receiver }: { runtime: RuntimeChild; receiver: ReceiverChild }) => {
  const before = await receiver.count();
  const at = Date.now() + LEAD_MS;
  await postLines(runtime.url, `http-${at}`, due(n, new Date(at).toISOString()));
  await sleep(at - Date.now() - 50);
  const cpuBefore = await cpuMsOf(runtime.pid);
  await awaitCount(receiver, before + n);
  const ms = Date.now() - at;
  return { perSecond: (n * 1000) / ms, cpuUs: (((await cpuMsOf(runtime.pid)) - cpuBefore) * 1000) / n };
};

const run = (n: number, { progress, nodeFlags }: Context) =>
  withRuntime(
    async (runtime) => {
      const receiver = await startReceiverChild();
      try {
        await putTarget(runtime.url, 'sink', { kind: 'http', url: receiver.url });
        const rounds: { ours: number; bare: number; cpuUs: number }[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const bare = await bareRate(receiver.url, n);
          const { perSecond: ours, cpuUs } = await ourRate(n, { runtime, receiver });
          progress(`ours ${Math.round(ours)}/s (${Math.round(cpuUs)} µs CPU each), bare ${Math.round(bare)}/s`);
          rounds.push({ ours, bare, cpuUs });
        }
        return {
          perSecond: Math.round(median(rounds.map(({ ours }) => ours))),
          barePerSecond: Math.round(median(rounds.map(({ bare }) => bare))),
          ofBare: Number(median(rounds.map(({ ours, bare }) => ours / bare)).toFixed(2)),
          cpuUsPerMessage: Math.round(median(rounds.map(({ cpuUs }) => cpuUs))),
        };
      } finally {
        await receiver.stop();
      }
    },
    { nodeFlags },
  );

/** Messages due at once to a receiver in its own process, beside what bare undici reaches against the same one. */
export const http: Bench = {
  name: 'http',
  what: 'messages due at once over http, beside bare undici against the same receiver, three rounds by turns',
  n: [20_000],
  run,
  judge: ([result]) => {
    const share = Number(result?.ofBare);
    const measured = `${Math.round(share * 100)} % of bare undici (${result?.perSecond}/s)`;
    return [{ must: '≥ 60 % of bare undici', aim: '80 %', measured, met: share >= 0.6 }];
  },
};
