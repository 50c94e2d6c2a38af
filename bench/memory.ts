import { setTimeout as sleep } from 'node:timers/promises';
import { awaitStatus, postLines, putTarget } from './client.ts';
import { rssMbOf } from './process-figures.ts';
import type { Bench, Context } from './result.ts';
import { type RuntimeChild, withRuntime } from './runtime-child.ts';

const SMALL_SHARE = 10;
const SETTLE_MS = 3_000;
const SAMPLE_EVERY_MS = 50;

function* lines(from: number, to: number, at: string): Generator<string> {
  for (let k = from; k < to; k += 1) {
    yield `{"id":"m-${k}","target":"sink","at":"${at}","payload":{"n":${k},"text":"Good morning, it is nine"}}`;
  }
}

/** The largest resident set while `act` runs. */
const peakOf = async (pid: number, act: () => Promise<unknown>): Promise<number> => {
  let peak = 0;
  const timer = setInterval(async () => {
    peak = Math.max(peak, await rssMbOf(pid));
  }, SAMPLE_EVERY_MS);
  await act();
  clearInterval(timer);
  return peak;
};

const measure = async (n: number, { url, pid }: RuntimeChild, { progress }: Context) => {
  await putTarget(url, 'sink', { kind: 'none' });
  const few = Math.round(n / SMALL_SHARE);
  const at = Date.now() + 20_000 + n * 0.03;
  const due = new Date(at).toISOString();
  await postLines(url, 'memory-few', lines(0, few, due));
  await sleep(SETTLE_MS);
  const fewMb = await rssMbOf(pid);
  progress(`${few} pending: ${fewMb} MB`);
  await postLines(url, 'memory-many', lines(few, n, due));
  await sleep(SETTLE_MS);
  const manyMb = await rssMbOf(pid);
  progress(`${n} pending: ${manyMb} MB`);
  const firingMb = await peakOf(pid, async () => {
    await sleep(Math.max(0, at - Date.now()));
    await awaitStatus(url, ({ counts }) => counts.sent >= n, 60_000);
  });
  progress(`while fired: at most ${firingMb} MB`);
  await sleep(SETTLE_MS);
  return { rssMb: manyMb, fewMb, manyMb, firingMb, firedMb: await rssMbOf(pid) };
};

/** Resident memory of the whole runtime, its embedded engines included. */
export const memory: Bench = {
  name: 'memory',
  what: 'resident memory of the runtime with a tenth of the messages pending, with all, and while they are fired',
  n: [1_000_000],
  run: (n, context) => withRuntime((runtime) => measure(n, runtime, context), { nodeFlags: context.nodeFlags }),
  judge: ([result]) => {
    const { fewMb, manyMb, firingMb } = { ...result };
    const growth = Math.max(Number(manyMb), Number(firingMb)) / Number(fewMb) - 1;
    const measured = `${fewMb} → ${manyMb} MB, at most ${firingMb} MB while fired`;
    return [{ must: 'flat (± 10 %) from 100,000 to 1,000,000', aim: '', measured, met: growth <= 0.1 }];
  },
};
