import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run-command.ts';
import { accountOf, type Target } from './target.ts';

const ROOT = join(import.meta.dirname, '../..');
const CDK = join(ROOT, 'node_modules/.bin/cdk');
const APP = `${process.execPath} ${join(import.meta.dirname, 'app.ts')}`;

/** What an emulator needs that checks rights: see app.ts. */
const plain = ({ name, enforcesIam }: Target): string => (name !== 'aws' && enforcesIam ? ' --plain' : '');

export type Outputs = Readonly<Record<string, string>>;

/** CDK's command line against one target, with assemblies in `folder`. */
export function makeCdk(target: Target, folder: string) {
  const env = {
    ...process.env,
    CI: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    ...accountOf(target),
    ...(target.endpoint && { AWS_ENDPOINT_URL: target.endpoint }),
  };
  const cdk = async (...args: readonly string[]): Promise<void> => {
    const { status, output } = await run(CDK, args, { cwd: ROOT, env });
    if (status !== 0) throw new Error(`cdk ${args[0]} ended in status ${status}:\n${output.slice(-4000)}`);
  };
  const outputs = join(folder, 'outputs.json');

  return {
    /** Builds the assembly of the stage with so many shards; gives its folder. */
    async synth(shards: number): Promise<string> {
      const assembly = join(folder, `cdk.out-${shards}`);
      await cdk('synth', '--quiet', '--app', `${APP} --shards ${shards}${plain(target)}`, '--output', assembly);
      return assembly;
    },
    bootstrap: (assembly: string): Promise<void> =>
      cdk('bootstrap', '--app', assembly, ...(target.environment ? [target.environment] : [])),
    /** Deploys all stacks of an assembly; gives their outputs by name. */
    async deploy(assembly: string): Promise<Outputs> {
      const approved = ['--require-approval', 'never', '--outputs-file', outputs];
      await cdk('deploy', '--all', '--app', assembly, ...approved);
      const stacks = JSON.parse(await readFile(outputs, 'utf8')) as Record<string, Outputs>;
      return Object.assign({}, ...Object.values(stacks)) as Outputs;
    },
    destroy: (assembly: string): Promise<void> => cdk('destroy', '--all', '--force', '--app', assembly),
  };
}

export type Cdk = ReturnType<typeof makeCdk>;
