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

/** Opens the data in `dataDir`, or new data in memory. Throws `StartError` where the directory cannot be used. */
export async function openStorage(dataDir: string | undefined): Promise<Storage> {
  if (dataDir === undefined) {
    const engines = await startEngines();
    return { engines, queues: await setUpEngines(engines), identity: identityOf(1) };
  }
  const directory = await openDataDirectory(dataDir);
  const engines = await startEngines({ dataDir: directory.path }).catch((error: unknown) => {
    throw sayWhy(error, directory.path);
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

const REASONS: Readonly<Record<string, string>> = {
  LEVEL_LOCKED: 'Another process uses the data in PATH: stop it, or choose another directory with --data.',
  LEVEL_CORRUPTION: 'The data in PATH is damaged: restore it from a copy, or choose another directory with --data.',
};

const UNUSABLE =
  'The data in PATH cannot be read and written: look at its permissions and its disk, or choose another directory with --data.';

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
