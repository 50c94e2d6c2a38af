import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The name of the document that is written beside this function when it is bundled. */
export const OPEN_API_FILE = 'openapi.json';

/** Reads the document: what makes it would be a twentieth of the bundle, and of each cold start. */
export const readOpenApi = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(import.meta.dirname, OPEN_API_FILE), 'utf8'));
