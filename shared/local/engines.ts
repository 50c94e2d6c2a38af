import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';

export type Engines = {
  readonly dynamoEndpoint: string;
  readonly sqsEndpoint: string;
  /** Finishes the calls under way, flushes to disk and ends; calling it again does nothing. */
  close(): Promise<void>;
};

export type EngineOptions = {
  readonly dataDir?: string | undefined;
  readonly onBroken?: (error: Error) => void;
  /** One of `loadEngines` that nobody has used. */
  readonly thread?: Worker | undefined;
};

/** What the worker is told to open. */
export type EnginesToOpen = Pick<EngineOptions, 'dataDir'>;

/** What the worker says when both engines listen. */
export type EnginePorts = { readonly dynamoPort: number; readonly sqsPort: number };

/**
 * Of the young generation's two halves, each, MB: requests of megabytes die young, and with V8's default such a thread keeps 150 MB more
 * than it needs. And of what may become old before it is collected first. Flags, because those of `npm start` are for all threads and go
 * before their `resourceLimits`; the caller's own heap has its size by now.
 */
const HEAP_FLAGS = ['--max-semi-space-size=5', '--initial-old-space-size=16'];

/**
 * A thread that loads what the engines are made of, and opens nothing yet. It keeps no process alive before
 * `startEngines` has it, as that may never come.
 */
export function loadEngines(): Worker {
  for (const flag of HEAP_FLAGS) setFlagsFromString(flag);
  const thread = new Worker(new URL('./engines-worker.ts', import.meta.url));
  thread.unref();
  return thread;
}

/**
 * Starts DynamoDB and SQS look-alikes on free loopback ports, in one thread beside the caller's: they take no time of
 * its event loop and die with the process. With `dataDir` the tables are on disk and survive a SIGKILL, else they are
 * in memory as the queues always are. Rejects where the directory cannot be opened, for example by a second process.
 * An engine that breaks later, on a full disk for example, is told to `onBroken`, or ends the process where there is
 * none: without its store nothing may go on.
 */
export async function startEngines({
  dataDir,
  onBroken,
  thread = loadEngines(),
}: EngineOptions = {}): Promise<Engines> {
  thread.ref();
  const exited = new Promise((resolve) => thread.once('exit', resolve));
  const toOpen: EnginesToOpen = { dataDir };
  thread.postMessage(toOpen);
  const [ports] = (await once(thread, 'message')) as [EnginePorts];
  if (onBroken !== undefined) thread.on('error', onBroken);
  let closing = false;
  return {
    dynamoEndpoint: `http://127.0.0.1:${ports.dynamoPort}`,
    sqsEndpoint: `http://127.0.0.1:${ports.sqsPort}`,
    async close() {
      if (!closing) thread.postMessage('close');
      closing = true;
      await exited;
    },
  };
}
