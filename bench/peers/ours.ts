import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitStatus, postLines, putTarget } from '../client.ts';
import { herd } from '../herd.ts';
import type { Result } from '../result.ts';
import { withRuntime } from '../runtime-child.ts';
import {
  type Contender,
  LATER_MS,
  type Lateness,
  LEAD_MS,
  SPREAD_JOBS,
  SPREAD_SECONDS,
  spreadDueAt,
  TEXT,
} from './contender.ts';

type HerdFigures = Required<Pick<Result, 'perSecond' | 'latenessMs' | 'lost'>>;

/** What the API tells: all percentiles over the messages sent. */
type ToldLateness = { readonly latenessMs: Lateness };

const manifest = new URL('../../package.json', import.meta.url);

function* lines(n: number, dueAt: (k: number) => number): Generator<string> {
  for (let k = 0; k < n; k += 1) {
    const at = new Date(dueAt(k)).toISOString();
    yield JSON.stringify({ id: `p-${k}`, target: 'sink', at, payload: { n: k, text: TEXT } });
  }
}

/** Meridian through its local runtime in a process of its own and its HTTP API. */
export const ours: Contender = {
  name: 'Meridian',
  version: (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version,
  settings: 'POST /v1/messages as NDJSON, one call, target `none`; all else as `npm start`',
  credit: '',
  herd: async (n) => {
    const figures = (await herd.run(n, { progress: () => undefined, nodeFlags: [] })) as HerdFigures;
    const { perSecond, latenessMs: lateness, lost } = figures;
    return { n, perSecond, lateness, lost };
  },
  ingestAndSpread: (pending) =>
    withRuntime(async ({ url }) => {
      await putTarget(url, 'sink', { kind: 'none' });
      const later = Date.now() + LATER_MS;
      const started = performance.now();
      await postLines(
        url,
        'later',
        lines(pending, () => later),
      );
      const ms = performance.now() - started;
      const from = Date.now() + LEAD_MS;
      await postLines(
        url,
        'spread',
        lines(SPREAD_JOBS, (k) => spreadDueAt(from, k)),
      );
      await sleep(from + SPREAD_SECONDS * 1000 - Date.now());
      const status = await awaitStatus(url, ({ counts }) => counts.sent + counts.dead >= SPREAD_JOBS, 30_000);
      const { p50, p90, p99, max } = (status as unknown as ToldLateness).latenessMs;
      const lost = SPREAD_JOBS - status.counts.sent;
      return {
        ingestPerSecond: (pending * 1000) / ms,
        spread: { lateness: { p50, p90, p99, max }, lost },
      };
    }),
};
