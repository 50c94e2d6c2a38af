import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const RECEIVER = fileURLToPath(new URL('./http-receiver.ts', import.meta.url));

/** A receiver in a process of its own. */
export type ReceiverChild = {
  readonly url: string;
  /** Requests that came so far. */
  count(): Promise<number>;
  /** Ends it; again, it does nothing. */
  stop(): Promise<void>;
};

/** Starts a receiver; with `file` it appends a line `<id> <epoch ms>` for each request. */
export const startReceiverChild = async (file?: string): Promise<ReceiverChild> => {
  const args = file === undefined ? [RECEIVER] : [RECEIVER, file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const exit = once(child, 'exit');
  const [port] = await once(createInterface({ input: child.stdout as Readable }), 'line');
  return {
    url: `http://127.0.0.1:${port}/`,
    count: async () => {
      const answer = once(child, 'message');
      child.send('count');
      return (await answer)[0] as number;
    },
    stop: async () => {
      child.kill();
      await exit;
    },
  };
};
