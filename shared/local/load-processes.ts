import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collectProcesses } from '../core/process/collect.ts';
import type { Process } from '../core/process/definition.ts';
import { ProcessError } from '../core/process/process-error.ts';
import { StartError } from './start-error.ts';

/** The process functions of a user's file. Throws `StartError`. */
export async function loadProcesses(file: string): Promise<readonly Process[]> {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new StartError(
      `--processes ${file}: there is no such file; give a .ts or .js module that exports processes.`,
    );
  }
  try {
    return collectProcesses((await import(pathToFileURL(path).href)) as Record<string, unknown>);
  } catch (error) {
    const why = error instanceof ProcessError ? error.message : `it cannot be loaded (${String(error)}).`;
    throw new StartError(`--processes ${file}: ${why}`, { cause: error });
  }
}
