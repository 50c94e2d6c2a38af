import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postLines, putTarget } from './client.ts';
import { type ReceiverChild, startReceiverChild } from './receiver-child.ts';
import type { Bench, Context } from './result.ts';
import { startRuntime, withDataDir } from './runtime-child.ts';

const LEAD_MS = 8_000;
const PATIENCE_MS = 60_000;
const QUIET_MS = 2_000;

type Seen = { readonly id: string; readonly at: number };

const seenIn = async (file: string): Promise<Seen[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line.includes(' '))
    .map((line) => ({ id: line.slice(0, line.indexOf(' ')), at: Number(line.slice(line.indexOf(' ') + 1)) }));

function* due(n: number, at: string): Generator<string> {
  for (let k = 0; k < n; k += 1) yield JSON.stringify({ id: `k-${k}`, target: 'file', at, payload: { n: k } });
}

const twiceMost = (before: number, ms: number): number => Math.round((before * 50) / ms);

const run = (n: number, { progress, nodeFlags }: Context) =>
  withDataDir(async (dataDir) => {
    const file = join(dataDir, 'received');
    const receiver = await startReceiverChild(file);
    try {
      const first = await startRuntime(join(dataDir, 'data'));
      await putTarget(first.url, 'file', { kind: 'http', url: receiver.url });
      const at = Date.now() + LEAD_MS;
      const accepted = await postLines(first.url, 'kill', due(n, new Date(at).toISOString()));
      await sleep(at - Date.now());
      while ((await receiver.count()) < n / 2) await sleep(5);
      await first.kill();
      const before = await receiver.count();
      const ms = Date.now() - at;
      progress(`killed after ${before}, at ${Math.round((before * 1000) / ms)} a second`);
      const restartedAt = Date.now();
      const second = await startRuntime(join(dataDir, 'data'), { nodeFlags });
      progress(`ready again after ${Date.now() - restartedAt} ms`);
      await awaitQuiet(receiver, n);
      await second.stop();
      await receiver.stop();
      const seen = await seenIn(file);
      const ids = new Set(seen.map(({ id }) => id));
      return {
        perSecond: Math.round((before * 1000) / ms),
        lost: accepted - ids.size,
        duplicates: seen.length - ids.size,
        sentIn50Ms: twiceMost(before, ms),
        restartToLastMs: Math.max(...seen.slice(-1_000).map((one) => one.at)) - restartedAt,
      };
    } finally {
      await receiver.stop();
    }
  });

/** Waits until nothing more comes, and by then at least `count`: the running figures of a killed process are not exact. */
const awaitQuiet = async (receiver: ReceiverChild, count: number): Promise<void> => {
  const until = Date.now() + PATIENCE_MS;
  for (let before = -1, now = 0; (before < now || now < count) && Date.now() < until; ) {
    before = now;
    await sleep(QUIET_MS);
    now = await receiver.count();
  }
};

/** Messages due in one millisecond; the runtime is killed at half of them and started again. */
export const kill: Bench = {
  name: 'kill',
  what: 'SIGKILL at half of a herd over http to a receiver that keeps each id, then restart',
  n: [100_000],
  run,
  judge: ([result]) => {
    const { lost, duplicates, sentIn50Ms, restartToLastMs } = { ...result };
    return [
      { must: '0 lost', aim: '', measured: `${lost} lost`, met: lost === 0 },
      {
        must: `twice ≤ what 50 ms send (${sentIn50Ms})`,
        aim: '≤ 200',
        measured: `${duplicates}`,
        met: Number(duplicates) <= Number(sentIn50Ms),
      },
      {
        must: 'restart to the last one ≤ 5 s',
        aim: '≤ 2 s',
        measured: `${(Number(restartToLastMs) / 1000).toFixed(1)} s`,
        met: Number(restartToLastMs) <= 5_000,
      },
    ];
  },
};
