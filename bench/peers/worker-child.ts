import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Peer } from './peer.ts';
import type { Report } from './worker-main.ts';

const WORKER = fileURLToPath(new URL('./worker-main.ts', import.meta.url));
const STOP_MS = 10_000;

/** A peer's worker in a process of its own, as Meridian's senders are. */
export type WorkerChild = AsyncDisposable & {
  /** Waits until so many different jobs have started, and says what was seen; throws after `withinMs`. */
  reportOf(jobs: number, withinMs: number): Promise<Report>;
};

/** Starts a worker that expects jobs numbered below `jobs`. */
export const startWorker = async (peer: Peer, url: string, jobs: number): Promise<WorkerChild> => {
  const args = [WORKER, peer.name, url, String(jobs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exit = once(child, 'exit');
  const failed = exit.then(([code]) => {
    throw new Error(`The worker of ${peer.name} ended with ${code}.`);
  });
  // Nobody asks it anything when it is told to stop.
  failed.catch(() => undefined);
  const answer = async (question?: string): Promise<unknown> => {
    const message = once(child, 'message');
    if (question) child.send(question);
    return (await Promise.race([message, failed]))[0];
  };
  await answer();
  return {
    reportOf: async (count, withinMs) => {
      for (const until = Date.now() + withinMs; Number(await answer('count')) < count; await sleep(50)) {
        if (Date.now() > until) throw new Error(`${peer.name} did not start ${count} jobs within ${withinMs} ms.`);
      }
      return (await answer('report')) as Report;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.send('stop');
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exit;
      clearTimeout(kill);
    },
  };
};
