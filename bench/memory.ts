import { setTimeout as sleep } from 'node:timers/promises';
import { awaitStatus, postLines, putTarget } from './client.ts';
import { rssMbOf } from './process-figures.ts';
import type { Bench, Context } from './result.ts';
import { type RuntimeChild, withRuntime } from './runtime-child.ts';

const FEW = 100_000;
/** Before what is compared, so that the runtime has worked as much by then as the large round is work. */
const WARM_ROUNDS = 10;
const SETTLE_MS = 3_000;
const SAMPLE_EVERY_MS = 50;
/** Storing takes this long at most, per message and to begin with. */
const STORE_MS_A_MESSAGE = 0.03;
const LEAD_MS = 8_000;

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

type Round = { readonly pendingMb: number; readonly firingMb: number };

/** Stores `n` messages that are due in one millisecond, and has them fired; `sent` were before. */
const round = async ({ url, pid }: RuntimeChild, { n, sent }: { n: number; sent: number }): Promise<Round> => {
  const at = Date.now() + LEAD_MS + n * STORE_MS_A_MESSAGE;
  await postLines(url, `memory-${sent}`, lines(sent, sent + n, new Date(at).toISOString()));
  await sleep(SETTLE_MS);
  const pendingMb = await rssMbOf(pid);
  if (Date.now() > at) throw new Error(`${n} messages came due before they were stored.`);
  const firingMb = await peakOf(pid, async () => {
    await sleep(Math.max(0, at - Date.now()));
    await awaitStatus(url, ({ counts }) => counts.sent >= sent + n, 60_000 + n / 10);
  });
  await sleep(SETTLE_MS);
  return { pendingMb, firingMb };
};

/**
 * In a process at work, its code compiled and its heaps of the size that they keep: what it takes in its first minutes goes with the work
 * that it did, not with how much of it was at once.
 */
const measure = async (n: number, runtime: RuntimeChild, { progress }: Context) => {
  await putTarget(runtime.url, 'sink', { kind: 'none' });
  const few = Math.min(FEW, Math.round(n / 10));
  const startMb = await rssMbOf(runtime.pid);
  const told = (name: string, { pendingMb, firingMb }: Round): void =>
    void progress(`${name}: ${pendingMb} MB pending, at most ${firingMb} MB while fired`);
  const first = await round(runtime, { n: few, sent: 0 });
  told(`${startMb} MB at the start; the first ${few}`, first);
  for (let done = 1; done < WARM_ROUNDS; done += 1) await round(runtime, { n: few, sent: done * few });
  const small = await round(runtime, { n: few, sent: WARM_ROUNDS * few });
  told(`${few} after ${WARM_ROUNDS} times as many`, small);
  const large = await round(runtime, { n, sent: (WARM_ROUNDS + 1) * few });
  told(`${n}`, large);
  return { rssMb: large.pendingMb, startMb, few, first, small, large };
};

const growthOf = (small: number, large: number): number => large / small - 1;

/** Resident memory of the whole runtime, its embedded engines included. */
export const memory: Bench = {
  name: 'memory',
  what: 'resident memory of the runtime with 100,000 messages pending and fired, and then with all; after ten rounds of 100,000',
  n: [1_000_000],
  run: (n, context) => withRuntime((runtime) => measure(n, runtime, context), { nodeFlags: context.nodeFlags }),
  judge: ([result]) => {
    const { small, large } = result as unknown as { readonly small: Round; readonly large: Round };
    const growth = Math.max(growthOf(small.pendingMb, large.pendingMb), growthOf(small.firingMb, large.firingMb));
    const measured = `pending ${small.pendingMb} → ${large.pendingMb} MB, while fired ${small.firingMb} → ${large.firingMb} MB`;
    return [{ must: 'flat (± 10 %) from 100,000 to 1,000,000', aim: '', measured, met: growth <= 0.1 }];
  },
};
