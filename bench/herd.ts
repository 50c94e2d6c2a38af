import { awaitStatus, postLines, putTarget } from './client.ts';
import type { Bench } from './result.ts';
import { withRuntime } from './runtime-child.ts';

/** Loading takes this long at most, per message and to begin with. */
const LOAD_MS_A_MESSAGE = 0.02;
const LEAD_MS = 8_000;

function* due(n: number, at: string): Generator<string> {
  for (let k = 0; k < n; k += 1) {
    yield JSON.stringify({ id: `h-${k}`, target: 'sink', at, payload: { n: k, text: 'Good morning, it is nine' } });
  }
}

/** Messages that are all due in one millisecond, to the channel that accepts everything. */
export const herd: Bench = {
  name: 'herd',
  what: 'messages due in one millisecond, none channel',
  n: 20_000,
  run: (n, progress) =>
    withRuntime(async ({ url }) => {
      await putTarget(url, 'sink', { kind: 'none' });
      const at = Date.now() + LEAD_MS + n * LOAD_MS_A_MESSAGE;
      const started = Date.now();
      const accepted = await postLines(url, 'herd', due(n, new Date(at).toISOString()));
      progress(`stored ${accepted} in ${Date.now() - started} ms, due in ${at - Date.now()} ms`);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
      const status = await awaitStatus(url, ({ counts }) => counts.sent + counts.dead >= accepted, 60_000 + n);
      const { p50, p99, max } = status.latenessMs;
      return {
        perSecond: Math.round((accepted * 1000) / Math.max(1, max)),
        latenessMs: { p50, p99, max },
        lost: accepted - status.counts.sent,
        early: 0,
      };
    }),
};
