import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flinkPage } from '../support/flink-page.ts';
import { loadBundle } from './load-bundle.ts';
import type { Template } from './templates.ts';
import { all } from './templates.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

/** What a user of the construct has installed; esbuild is not among it. */
const INSTALLED = ['aws-cdk-lib', 'constructs', 'valibot', 'ipaddr.js', '@types/node', 'undici-types'];

const APP = `
import { App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Meridian, type MeridianProps } from 'meridian/cdk';
import { Tables } from 'meridian/cdk/tables';

const app = new App();
const stack = new Stack(app, 'Consumer');
const orders = new Queue(stack, 'Orders');
const props: MeridianProps = {
  tables: new Tables(new Stack(app, 'Kept'), 'Tables'),
  targets: { queues: [orders.queueArn] },
  shards: 32,
};
const meridian = new Meridian(stack, 'Meridian', props);
const shop = new Role(stack, 'Shop', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
meridian.grantIngest(shop);
meridian.metricLateness().createAlarm(stack, 'Late', { threshold: 500, evaluationPeriods: 3 });
new Meridian(new Stack(app, 'Bare'), 'Meridian');
app.synth();
`;

const TSCONFIG = {
  compilerOptions: {
    module: 'NodeNext',
    target: 'ES2024',
    strict: true,
    noEmit: true,
    types: ['node'],
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  },
  files: ['app.ts', ...[...flinkPage.keys()].map((name) => `${name}.ts`)],
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meridian-consumer-'));
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' });
  const [{ filename }] = JSON.parse(packed);
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'meridian'), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', join(modules, 'meridian'), '--strip-components=1']);
  for (const name of INSTALLED) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  writeFileSync(join(folder, 'app.ts'), APP);
  for (const [name, code] of flinkPage) writeFileSync(join(folder, `${name}.ts`), code);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the package has its types', () => {
  expect(spawnSync(bin('tsc'), ['-p', '.'], { cwd: folder, encoding: 'utf8' }).stdout).toBe('');
});

it('process functions are written and tested with the packed package', () => {
  const { status, stderr } = spawnSync(bin('node'), ['test.ts'], { cwd: folder, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

it('the packed construct synthesizes in an app of its user, without a bundler, and its functions load', async () => {
  execFileSync(bin('node'), ['app.ts'], {
    cwd: folder,
    env: { CDK_OUTDIR: 'cdk.out', PATH: '/usr/bin:/bin' },
    stdio: 'pipe',
  });
  const template = (name: string): Template =>
    JSON.parse(readFileSync(join(folder, `cdk.out/${name}.template.json`), 'utf8'));
  expect(all(template('Bare'), 'AWS::DynamoDB::Table')).toHaveLength(3);
  expect(all(template('Kept'), 'AWS::DynamoDB::Table')).toHaveLength(3);
  const consumer = template('Consumer');
  expect(all(consumer, 'AWS::DynamoDB::Table')).toHaveLength(0);
  const functions = all(consumer, 'AWS::Lambda::Function');
  expect(functions.map(({ props }) => props.Handler)).toEqual(['index.handler', 'index.handler', 'index.handler']);
  for (const { id, props } of functions) {
    expect(props.Environment.Variables.MERIDIAN_SHARDS).toBe('32');
    const bundle = join(folder, 'cdk.out', `asset.${props.Code.S3Key.replace('.zip', '')}`, 'index.mjs');
    const isIngest = id.startsWith('MeridianIngest');
    expect(await loadBundle(bundle, isIngest)).toEqual({ type: 'function', ...(isIngest && { status: 404 }) });
  }
});
