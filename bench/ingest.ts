import { postLines, putTarget } from './client.ts';
import { cpuMsOf } from './process-figures.ts';
import { type Bench, median } from './result.ts';
import { withRuntime } from './runtime-child.ts';

const ROUNDS = 3;

function* lines(n: number, at: string): Generator<string> {
  for (let k = 0; k < n; k += 1) {
    yield `{"id":"customer-${k}","target":"sink","at":"${at}","payload":{"n":${k},"text":"Good morning, it is nine"}}`;
  }
}

/** Bulk lines over http until they are stored and answered, over tomorrow's nine o'clock; a body of one stream. */
export const ingest: Bench = {
  name: 'ingest',
  what: 'bulk NDJSON over http: validated, packed, stored, answered; three rounds',
  n: [300_000],
  run: (n, { progress, nodeFlags }) =>
    withRuntime(
      async ({ url, pid }) => {
        await putTarget(url, 'sink', { kind: 'none' });
        const at = new Date(Date.now() + 86_400_000).toISOString();
        // Made beforehand: making them would be measured too.
        const body = [...lines(n, at)];
        const rounds: { perSecond: number; cpuUs: number }[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const cpuBefore = await cpuMsOf(pid);
          const from = performance.now();
          const accepted = await postLines(url, `ingest-${round}`, body);
          if (accepted !== n) throw new Error(`accepted ${accepted} of ${n}`);
          const perSecond = (n * 1000) / (performance.now() - from);
          const cpuUs = (((await cpuMsOf(pid)) - cpuBefore) * 1000) / n;
          progress(`${Math.round(perSecond)}/s, ${cpuUs.toFixed(1)} µs CPU each`);
          rounds.push({ perSecond, cpuUs });
        }
        return {
          perSecond: Math.round(median(rounds.map(({ perSecond }) => perSecond))),
          cpuUsPerMessage: Number(median(rounds.map(({ cpuUs }) => cpuUs)).toFixed(1)),
        };
      },
      { nodeFlags },
    ),
  judge: ([result]) => {
    const rate = Number(result?.perSecond);
    return [{ must: '≥ 100,000/s', aim: '300,000/s', measured: `${rate}/s`, met: rate >= 100_000 }];
  },
};
