import { existsSync } from 'node:fs';
import { missingServers } from './servers.ts';

const PACKAGES = new URL('./node_modules/bullmq/package.json', import.meta.url);

/** What to install before the peers can run, in one sentence; nothing where all is there. */
export const missing = async (): Promise<string | undefined> => {
  const commands: string[] = [];
  const servers = await missingServers();
  if (servers.length > 0) commands.push(`apt-get install ${servers.join(' ')}`);
  if (!existsSync(PACKAGES)) commands.push('npm ci --prefix bench/peers');
  if (commands.length === 0) return undefined;
  return `The peers are not all on this machine; install them with: ${commands.join(' && ')}`;
};
