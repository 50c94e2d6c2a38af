import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { StartError } from './start-error.ts';

/** Where a runtime keeps everything that outlives it. */
export type DataDirectory = {
  /** Absolute. */
  readonly path: string;
  /**
   * The number of this start, counted from 1; to be asked once, by the holder of the directory's lock. That lock is
   * the database's own: the kernel gives it back however its process ends.
   */
  nextInstance(): Promise<number>;
};

/** To be raised when the form of the keys or items changes in a way that older code would misread. */
const VERSION = 2;

/** Signing secrets lie in it. */
const OWNER_ONLY = 0o700;

const FORMAT_FILE = 'format';
const INSTANCE_FILE = 'instance';
const FORMAT = /^meridian data, version (\d{1,9})\n$/;

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  EROFS: 'is on a read-only file system',
  ENOSPC: 'is on a disk that is full',
  EDQUOT: 'is beyond the disk quota of this user',
  EFBIG: 'may hold no file of the size that is needed',
  ENOTDIR: 'is no directory',
  EEXIST: 'is no directory',
  ENAMETOOLONG: 'has too long a name',
  ENOENT: 'cannot be made there',
  ELOOP: 'is a link that leads in a circle',
  EIO: 'is on a disk that fails',
};

/**
 * Opens a directory, which is made where there is none. Throws `StartError`, without having changed anything, where it
 * cannot be used, holds something else, or was written by another version.
 */
export async function openDataDirectory(given: string): Promise<DataDirectory> {
  const path = resolve(given);
  await orSayWhy(path, () => claim(path));
  return { path, nextInstance: () => orSayWhy(path, () => countStart(join(path, INSTANCE_FILE))) };
}

async function claim(path: string): Promise<void> {
  await makeDirectory(path);
  const file = join(path, FORMAT_FILE);
  const isEmpty = (await readdir(path)).every(isUnfinished);
  // Looked for behind the others: one that is started at the same moment writes it before all else.
  const format = await readIfThere(file);
  if (format !== undefined) return checkFormat(path, format);
  if (!isEmpty)
    throw new StartError(`The directory ${path} holds other files: choose an empty or a new one with --data.`);
  await replace(file, `meridian data, version ${VERSION}\n`);
}

function checkFormat(path: string, format: string): void {
  const version = FORMAT.exec(format)?.[1];
  if (version === String(VERSION)) return;
  const found = version === undefined ? 'that this Meridian does not know' : `of version ${version}`;
  throw new StartError(
    `The data in ${path} has a form ${found}, and this Meridian reads version ${VERSION}: ` +
      'use the Meridian that wrote it, or choose another directory with --data.',
  );
}

async function countStart(file: string): Promise<number> {
  const before = (await readIfThere(file)) ?? '0';
  if (!/^\d{1,15}$/.test(before)) throw new StartError(`The file ${file} is damaged: it should hold a number.`);
  const instance = Number(before) + 1;
  await replace(file, String(instance));
  return instance;
}

/** Step by step: Node's own way tries for ever where a file system takes no directories, as /proc does. */
async function makeDirectory(path: string): Promise<void> {
  if (!(await isThere(dirname(path)))) await makeDirectory(dirname(path));
  try {
    await mkdir(path, { mode: OWNER_ONLY });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file of ours that has no name yet, or that a crash left behind before it got one. */
const isUnfinished = (name: string): boolean => /^format(\.[\w-]+)?\.new$/.test(name);

/** Writes a file whole or not at all, whatever happens meanwhile, and whoever writes it too. */
async function replace(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${randomUUID()}.new`;
  const handle = await open(unfinished, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}

async function orSayWhy<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) throw error;
    throw new StartError(`The data directory ${path} ${reason}: choose another with --data.`, { cause: error });
  }
}
