import type { ProcessIdentity } from '../compose.ts';
import { openDataDirectory } from './data-directory.ts';
import { type Engines, startEngines } from './engines.ts';
import { identityOf } from './instance.ts';
import { type LaneQueue, setUpEngines } from './set-up-engines.ts';
import { StartError } from './start-error.ts';

/** The embedded engines with all that a runtime needs in them, and who it is to the ones before and after it. */
export type Storage = {
  readonly engines: Engines;
  readonly queue: LaneQueue;
  readonly identity: ProcessIdentity;
};

/** Opens the data in `dataDir`, or new data in memory. Throws `StartError` where the directory cannot be used. */
export async function openStorage(dataDir: string | undefined): Promise<Storage> {
  if (dataDir === undefined) {
    const engines = await startEngines();
    return { engines, queue: await setUpEngines(engines), identity: identityOf(1) };
  }
  const directory = await openDataDirectory(dataDir);
  const engines = await startEngines({ dataDir: directory.path }).catch((error: Error) => {
    throw new StartError(error.message, { cause: error });
  });
  try {
    // The database is open, so its lock is ours: no other process counts now.
    const identity = identityOf(await directory.nextInstance());
    return { engines, queue: await setUpEngines(engines), identity };
  } catch (error) {
    await engines.close();
    throw error;
  }
}
