import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EndToEndError } from './end-to-end-error.ts';
import { run } from './run-command.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const NEEDED = 'install python3 with venv and pip (Debian: apt-get install python3-venv python3-pip), then try again.';

/**
 * A virtual environment in `folder` with what requirements.txt pins, made anew unless an earlier run finished it; gives
 * the path of the emulator's command. Throws `EndToEndError` where the machine has no Python that can do so.
 */
export async function makeVirtualEnv(folder: string, requirements: string): Promise<string> {
  const command = join(folder, 'bin', 'ministack');
  const stamp = join(folder, `finished-${requirements.replace(/[^\w.=-]/g, '')}`);
  if (existsSync(stamp) && existsSync(command)) return command;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await demand(['python3', '-m', 'venv', folder]);
  await demand([join(folder, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  await writeFile(stamp, '');
  return command;
}

async function demand([command = '', ...args]: readonly string[]): Promise<void> {
  const { status, output } = await run(command, args);
  if (status === 0) return;
  const said = output.trim().split('\n').at(-1);
  throw new EndToEndError(
    `The emulator cannot be installed ("${command} ${args.join(' ')}" failed: ${said}): ${NEEDED}`,
  );
}
