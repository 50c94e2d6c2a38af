import { spawn } from 'node:child_process';
import type { Environment } from './target.ts';

export type CommandResult = {
  /** 127 where the command is not there. */
  readonly status: number;
  /** Both streams, as they came. */
  readonly output: string;
};

export type CommandOptions = {
  readonly cwd?: string;
  readonly env?: Environment;
};

const NOT_FOUND = 127;

/** Runs a command to its end, or to ours; it has no standard input. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env = process.env }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const endWithUs = (): unknown => child.kill();
    process.once('exit', endWithUs);
    const parts: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
    const finish = (status: number, more = ''): void => {
      process.off('exit', endWithUs);
      resolve({ status, output: `${Buffer.concat(parts).toString('utf8')}${more}` });
    };
    child.on('error', (error) => finish(NOT_FOUND, error.message));
    child.on('close', (status) => finish(status ?? 1));
  });
}
