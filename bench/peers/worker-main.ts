import type { Job } from './peer.ts';
import { peers } from './peers.ts';

/*
 * A worker of a peer in a process of its own: `node worker-main.ts PEER URL JOBS`. It counts what it is given and says so
 * when its parent asks: `count` for how many, `report` for everything. `stop` ends it, and so does the end of its parent.
 */

/** What a worker saw: each job at the moment its handler started. */
export type Report = {
  readonly started: number;
  readonly distinct: number;
  readonly latenessesMs: readonly number[];
};

const [name, url = '', jobs] = process.argv.slice(2);
const peer = peers.find((one) => one.name === name);
if (peer === undefined) throw new Error(`There is no peer "${name}".`);

const seen = new Uint8Array(Number(jobs));
const latenessesMs: number[] = [];
let distinct = 0;

const onStart = ({ n, due }: Job): void => {
  latenessesMs.push(Date.now() - due);
  if (seen[n] === 0) distinct += 1;
  seen[n] = 1;
};

const worker = await peer.work(url, onStart);

process.on('message', async (question) => {
  if (question === 'count') process.send?.(distinct);
  if (question === 'report') process.send?.({ started: latenessesMs.length, distinct, latenessesMs } satisfies Report);
  if (question !== 'stop') return;
  await worker.close();
  process.exit();
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
