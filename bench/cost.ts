import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { awaitStatus, postLines, putTarget } from './client.ts';
import type { Bench, Context } from './result.ts';
import { type RuntimeChild, withRuntime } from './runtime-child.ts';
import { unitsOf } from './write-units.ts';

const AT_ONCE = 32;
const SINGLES = 1_000;
const LEAD_MS = 6_000;

/** Lines of 140 bytes whose payloads do not repeat themselves. */
function* lines(n: number, at: string): Generator<string> {
  for (let k = 0; k < n; k += 1) {
    const line = `{"target":"sink","at":"${at}","payload":{"n":${k},"text":""}}`;
    yield line.replace('""}}', `"${noise(k, 140 - line.length)}"}}`);
  }
}

/** Words of a small vocabulary in an order that follows from `seed`, cut to `length`. */
const noise = (seed: number, length: number): string => {
  const words = [
    'good',
    'morning',
    'order',
    'ready',
    'coffee',
    'parcel',
    'nine',
    'north',
    'please',
    'collect',
    'today',
  ];
  let text = '';
  for (let state = seed + 1; text.length < length; state = (state * 48_271) % 0x7fffffff) {
    text += `${words[state % words.length]} `;
  }
  return text.slice(0, length);
};

const putSingles = async (url: string): Promise<void> => {
  const pool = new Pool(url, { connections: AT_ONCE });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let k = next++; k < SINGLES; k = next++) {
      const answer = await pool.request({
        method: 'PUT',
        path: `/v1/messages/cost-${k}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ target: 'sink', delay: 'PT2H', payload: { k, text: 'Good morning, it is nine' } }),
      });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await pool.close();
};

const measure = async (n: number, runtime: RuntimeChild, { progress }: Context) => {
  const { url } = runtime;
  await putTarget(url, 'sink', { kind: 'none' });
  const later = new Date(Date.now() + 86_400_000).toISOString();
  const bulk = (await unitsOf(runtime, () => postLines(url, 'cost-bulk', lines(n, later)))) / n;
  progress(`bulk ${bulk.toFixed(4)} write units a message`);
  const one = (await unitsOf(runtime, () => putSingles(url))) / SINGLES;
  progress(`single ${one.toFixed(3)} write units a message`);
  const at = Date.now() + LEAD_MS;
  await postLines(url, 'cost-fire', lines(n, new Date(at).toISOString()));
  const fire =
    (await unitsOf(runtime, async () => {
      await sleep(at - Date.now());
      await awaitStatus(url, ({ counts }) => counts.sent >= n, 60_000);
      // The records that settle the units follow.
      await sleep(1_000);
    })) / n;
  progress(`fire path ${fire.toFixed(4)} write units a message`);
  return {
    writeUnitsPerMessage: Number((bulk + fire).toFixed(4)),
    bulkWriteUnits: Number(bulk.toFixed(4)),
    singleWriteUnits: Number(one.toFixed(3)),
    fireWriteUnits: Number(fire.toFixed(4)),
    byOperation: (await runtime.insight()).writeUnits,
  };
};

/** Write units by the consumed capacity that the store reports. */
export const cost: Bench = {
  name: 'cost',
  what: 'write units of bulk lines of 140 B, of single messages (32 at once), and of the whole fire path',
  n: [20_000],
  run: (n, context) =>
    withRuntime((runtime) => measure(n, runtime, context), { measured: true, nodeFlags: context.nodeFlags }),
  judge: ([result]) => {
    const verdict = (must: number, aim: string, figure: unknown, what: string) => ({
      must: `≤ ${must} ${what}`,
      aim,
      measured: String(figure),
      met: Number(figure) <= must,
    });
    return [
      verdict(0.1, '0.06', result?.bulkWriteUnits, 'write units a bulk message of 140 B'),
      verdict(1.05, '1', result?.singleWriteUnits, 'a single'),
      verdict(0.02, '0.01', result?.fireWriteUnits, 'on the whole fire path'),
    ];
  },
};
