import type { Worker } from 'node:worker_threads';
import type { ProcessIdentity } from '../compose.ts';
import { openDataDirectory } from './data-directory.ts';
import { type Engines, startEngines } from './engines.ts';
import { identityOf } from './instance.ts';
import { type LaneQueues, setUpEngines } from './set-up-engines.ts';
import { StartError } from './start-error.ts';

/** The embedded engines with all that a runtime needs in them, and who it is to the ones before and after it. */
export type Storage = {
  readonly engines: Engines;
  readonly queues: LaneQueues;
  readonly identity: ProcessIdentity;
};

export type StorageOptions = {
  /** New data in memory where it is left out. */
  readonly dataDir?: string | undefined;
  /** Told why the data can be used no more; where it is left out, the process ends then. */
  readonly onLost?: ((error: StartError) => void) | undefined;
  /** Of `loadEngines`, where the engines are being loaded already. */
  readonly enginesThread?: Worker | undefined;
};

/** Opens what is stored. Throws `StartError` where the directory cannot be used. */
export async function openStorage({ dataDir, onLost, enginesThread: thread }: StorageOptions): Promise<Storage> {
  if (dataDir === undefined) {
    const engines = await startEngines({ thread });
    return { engines, queues: await setUpEngines(engines), identity: identityOf(1) };
  }
  const directory = await openDataDirectory(dataDir);
  const { path } = directory;
  const onBroken = onLost && { onBroken: (error: Error) => onLost(lostBy(error, path)) };
  const engines = await startEngines({ dataDir: path, thread, ...onBroken }).catch((error: unknown) => {
    throw sayWhy(error, path);
  });
  try {
    // The database is open, so its lock is ours: no other process counts now.
    const identity = identityOf(await directory.nextInstance());
    return { engines, queues: await setUpEngines(engines), identity };
  } catch (error) {
    await engines.close();
    throw error;
  }
}

const DATABASE_NOT_OPEN = 'LEVEL_DATABASE_NOT_OPEN';

const LOCKED = 'Another process uses the data in PATH: stop it, or choose another directory with --data.';

const DAMAGED = 'The data in PATH is damaged: restore it from a copy, or choose another directory with --data.';

const REASONS: Readonly<Record<string, string>> = {
  LEVEL_LOCKED: LOCKED,
  LEVEL_CORRUPTION: DAMAGED,
};

const UNUSABLE =
  'The data in PATH cannot be read and written: look at its permissions and its disk, or choose another directory with --data.';

const FULL =
  'The data in PATH can be written no more, the disk is full: make room and start again. Nothing acknowledged is lost.';

/** The system's own words, which the database hands on without their code. */
const IS_FULL = /No space left|File too large|quota exceeded/i;

/** What the database says when it is used although it could not be opened. */
const NOT_OPEN = 'Database is closed';

/** Why the database broke after it was found in order, or a second process took it in that moment. */
function lostBy(error: Error, path: string): StartError {
  const isDamage = (error as { code?: string }).code === 'LEVEL_CORRUPTION' || error.message.includes('.ldb');
  const sentence = IS_FULL.test(error.message) ? FULL : isDamage ? DAMAGED : UNUSABLE;
  return new StartError(
    (error.message === NOT_OPEN ? LOCKED : sentence).replace('PATH', () => path),
    { cause: error },
  );
}

/** The database says why in the words of its files, which are no concern of a user. */
function sayWhy(error: unknown, path: string): unknown {
  const { code, cause } = ((error as Error).cause ?? {}) as { code?: string; cause?: { code?: string } };
  if (code !== DATABASE_NOT_OPEN) return error;
  const sentence = REASONS[cause?.code ?? ''] ?? UNUSABLE;
  return new StartError(
    sentence.replace('PATH', () => path),
    { cause: error },
  );
}
