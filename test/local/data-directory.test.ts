import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataDirectory } from '../../shared/local/data-directory.ts';
import { StartError } from '../../shared/local/start-error.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'meridian-data-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

const refusalOf = async (path: string): Promise<string> => {
  const error = await openDataDirectory(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  return (error as Error).message;
};

describe('data directory', () => {
  test('makes a directory that is not there, parents included, and opens it again', async () => {
    const path = join(root, 'a', 'b');
    expect((await openDataDirectory(path)).path).toBe(path);
    expect((await openDataDirectory(path)).path).toBe(path);
    expect(await readFile(join(path, 'format'), 'utf8')).toBe('meridian data, version 2\n');
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  test('opens for all that start at the same moment: which of them may go on, the lock says', async () => {
    const open = async (delayTurns: number): Promise<string> => {
      for (let turn = 0; turn < delayTurns; turn += 1) await readdir(root);
      const { path } = await openDataDirectory(join(root, 'new'));
      await mkdir(join(path, 'dynamo'), { recursive: true });
      return path;
    };
    const opened = await Promise.all(Array.from({ length: 40 }, (_, n) => open(n % 8)));
    expect(new Set(opened)).toEqual(new Set([join(root, 'new')]));
    expect((await readdir(join(root, 'new'))).sort()).toEqual(['dynamo', 'format']);
  });

  test('counts its starts from 1', async () => {
    const starts = [];
    for (let n = 0; n < 3; n += 1) starts.push(await (await openDataDirectory(root)).nextInstance());
    expect(starts).toEqual([1, 2, 3]);
  });

  test.each([
    ['meridian data, version 1\n', 'of version 1,'],
    ['meridian data, version 20\n', 'of version 20,'],
    ['', 'that this Meridian does not know'],
    ['something else', 'that this Meridian does not know'],
  ])('refuses a directory whose format is %j, and changes nothing in it', async (format, says) => {
    await writeFile(join(root, 'format'), format);
    await mkdir(join(root, 'dynamo'));
    const refusal = await refusalOf(root);
    expect(refusal).toContain(root);
    expect(refusal).toContain(says);
    expect(refusal).toContain('--data');
    expect((await readdir(root)).sort()).toEqual(['dynamo', 'format']);
    expect(await readFile(join(root, 'format'), 'utf8')).toBe(format);
  });

  test('refuses a directory that holds something else, and changes nothing in it', async () => {
    await writeFile(join(root, 'thesis.tex'), 'years of work');
    expect(await refusalOf(root)).toMatch(/holds other files.*--data/);
    expect(await readdir(root)).toEqual(['thesis.tex']);
  });

  test('takes a directory in which a start was cut off before it named its first file', async () => {
    for (const name of ['format.new', 'format.5f0c-9a.new']) await writeFile(join(root, name), 'meri');
    await openDataDirectory(root);
    expect(await readFile(join(root, 'format'), 'utf8')).toBe('meridian data, version 2\n');
  });

  test.each([
    ['a file', ''],
    ['a path through a file', '/deeper'],
  ])('refuses %s', async (_name, behind) => {
    await writeFile(join(root, 'file'), '');
    expect(await refusalOf(join(root, 'file') + behind)).toMatch(/is no directory: choose another with --data\.$/);
  });

  test('refuses a name that no file system takes', async () => {
    expect(await refusalOf(join(root, 'x'.repeat(300)))).toMatch(/has too long a name/);
  });

  test('refuses a link that leads nowhere', async () => {
    await symlink(join(root, 'nowhere'), join(root, 'link'));
    expect(await refusalOf(join(root, 'link'))).toMatch(/cannot be made there: choose another with --data\.$/);
  });

  test.runIf(process.platform === 'linux').each(['/proc/x', '/proc/x/y'])(
    'refuses %s, where no directory can be, instead of trying for ever',
    async (path) => {
      expect(await refusalOf(path)).toBe(
        `The data directory ${path} cannot be made there: choose another with --data.`,
      );
    },
  );

  test.each(['', 'seven', '-1', '1.5', '1e3'])('says so when its count of starts is %j', async (count) => {
    const directory = await openDataDirectory(root);
    await writeFile(join(root, 'instance'), count);
    await expect(directory.nextInstance()).rejects.toThrow(/is damaged/);
    expect(await readFile(join(root, 'instance'), 'utf8')).toBe(count);
  });
});
