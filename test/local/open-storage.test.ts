import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStorage } from '../../shared/local/open-storage.ts';
import { StartError } from '../../shared/local/start-error.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'meridian-storage-'));
  await writeFile(join(root, 'format'), 'meridian data, version 2\n');
});

afterEach(() => rm(root, { recursive: true, force: true }));

const refusalOf = async (): Promise<string> => {
  const error = await openStorage({ dataDir: root }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  return (error as Error).message;
};

describe('storage that cannot be opened names the directory that was given, in one sentence', () => {
  test('where another process holds it', async () => {
    const { engines } = await openStorage({ dataDir: root });
    try {
      expect(await refusalOf()).toBe(
        `Another process uses the data in ${root}: stop it, or choose another directory with --data.`,
      );
    } finally {
      await engines.close();
    }
  });

  test('where the database is damaged', async () => {
    await mkdir(join(root, 'dynamo'));
    await writeFile(join(root, 'dynamo', 'CURRENT'), 'garbage');
    expect(await refusalOf()).toBe(
      `The data in ${root} is damaged: restore it from a copy, or choose another directory with --data.`,
    );
  });

  test('where the database has no place', async () => {
    await writeFile(join(root, 'dynamo'), '');
    expect(await refusalOf()).toMatch(
      /^The data in [^ ]+ cannot be read and written: .*choose another directory with --data\.$/,
    );
  });
});
