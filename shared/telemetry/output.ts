import { Console } from 'node:console';

/** Where log lines go. */
export type Output = {
  /** False while the reader of our output stalls: what is written then would pile up in memory. */
  hasRoom(): boolean;
  write(line: string): void;
};

export type OutputStream = NodeJS.WritableStream & { readonly writableLength?: number };

/** Node queues without limit what a pipe does not take (F50); beyond this much we drop lines instead. */
const MAX_QUEUED_BYTES = 1024 * 1024;

const ignore = () => {};

/**
 * Lines to stdout. Node's Console swallows what the stream throws or emits while it writes, but a pipe whose reader
 * went away reports it later, which would end the process: hence the listeners.
 */
export function makeOutput(stdout: OutputStream, stderr: OutputStream): Output {
  for (const stream of [stdout, stderr]) {
    if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  }
  const console = new Console({ stdout, stderr });
  const queued = (stream: OutputStream) => stream.writableLength ?? 0;
  return {
    hasRoom: () => queued(stdout) < MAX_QUEUED_BYTES && queued(stderr) < MAX_QUEUED_BYTES,
    write: (line) => console.log(line),
  };
}
