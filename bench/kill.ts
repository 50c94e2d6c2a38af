import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { awaitStatus, getStatus, postLines, putTarget } from './client.ts';
import type { Bench } from './result.ts';
import { startRuntime, withDataDir } from './runtime-child.ts';

const RECEIVER = fileURLToPath(new URL('./file-receiver.ts', import.meta.url));
const LEAD_MS = 8_000;

const startFileReceiver = async (file: string) => {
  const child = spawn(process.execPath, [RECEIVER, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
};

type Seen = { readonly id: string; readonly at: number };

const seenIn = async (file: string): Promise<Seen[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line.includes(' '))
    .map((line) => ({ id: line.slice(0, line.indexOf(' ')), at: Number(line.slice(line.indexOf(' ') + 1)) }));

const countIn = async (file: string): Promise<number> => (await seenIn(file).catch(() => [])).length;

function* due(n: number, at: string): Generator<string> {
  for (let k = 0; k < n; k += 1) yield JSON.stringify({ id: `k-${k}`, target: 'file', at, payload: { n: k } });
}

/** Messages due in one millisecond; the runtime is killed at half of them and started again. */
export const kill: Bench = {
  name: 'kill',
  what: 'SIGKILL at half of a herd over http to a receiver that keeps each id, then restart',
  n: 100_000,
  run: (n, progress) =>
    withDataDir(async (dataDir) => {
      const file = join(dataDir, 'received');
      const receiver = await startFileReceiver(file);
      try {
        const first = await startRuntime(join(dataDir, 'data'));
        await putTarget(first.url, 'file', { kind: 'http', url: receiver.url });
        const at = Date.now() + LEAD_MS;
        const accepted = await postLines(first.url, 'kill', due(n, new Date(at).toISOString()));
        await sleep(at - Date.now());
        while ((await countIn(file)) < n / 2) await sleep(20);
        await first.kill();
        const before = await countIn(file);
        const rate = (before * 1000) / (Date.now() - at);
        progress(`killed after ${before}, at ${Math.round(rate)} a second`);
        const restartedAt = Date.now();
        const second = await startRuntime(join(dataDir, 'data'));
        await awaitStatus(second.url, ({ counts }) => counts.pending + counts.retrying === 0, 120_000);
        progress(JSON.stringify((await getStatus(second.url)).counts));
        await second.stop();
        const seen = await seenIn(file);
        const ids = new Set(seen.map(({ id }) => id));
        return {
          perSecond: Math.round(rate),
          lost: accepted - ids.size,
          duplicates: seen.length - ids.size,
          sentIn50Ms: Math.round(rate / 20),
          restartToLastMs: Math.max(...seen.slice(-1_000).map((one) => one.at)) - restartedAt,
        };
      } finally {
        await receiver.stop();
      }
    }),
};
