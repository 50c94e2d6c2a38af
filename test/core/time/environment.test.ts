import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./transcript.ts', import.meta.url));

type Transcript = {
  readonly settings: { readonly offsetMinutes: number; readonly language: string };
  readonly answers: unknown;
};

const transcript = async (environment: Readonly<Record<string, string>>): Promise<Transcript> => {
  const { stdout } = await run(process.execPath, [script], { env: environment, maxBuffer: 64 * 2 ** 20 });
  return JSON.parse(stdout) as Transcript;
};

it('F54 answers the same under any TZ and language', { timeout: 30_000 }, async () => {
  const plain = await transcript({ TZ: 'UTC', LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8' });
  const turkish = await transcript({ TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' });
  const chilean = await transcript({ TZ: 'America/Santiago', LANG: 'ar_EG.UTF-8', LC_ALL: 'ar_EG.UTF-8' });

  expect([plain, turkish, chilean].map(({ settings }) => settings)).toEqual([
    { offsetMinutes: 0, language: 'en-US' },
    { offsetMinutes: 345, language: 'tr-TR' },
    { offsetMinutes: -180, language: 'ar-EG' },
  ]);
  expect(turkish.answers).toEqual(plain.answers);
  expect(chilean.answers).toEqual(plain.answers);
});
