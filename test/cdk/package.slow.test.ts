import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENV, SOURCES_ENV } from '../../shared/config.ts';
import { type Engines, startEngines } from '../../shared/local/engines.ts';
import { setUpEngines, TABLES } from '../../shared/local/set-up-engines.ts';
import { flinkPage } from '../support/flink-page.ts';
import { callBundle, loadBundle } from './load-bundle.ts';
import type { Json, Template } from './templates.ts';
import { all, targetOf } from './templates.ts';

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

const STREAM = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:kafka-AbCdEf';

/** Needs a bundler, as every function of a user's own does. */
const PROCESS_APP = `
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Meridian, type MeridianProps } from 'meridian/cdk';

const app = new App();
const stack = new Stack(app, 'Processes');
const beats = new Queue(stack, 'Beats', { visibilityTimeout: Duration.minutes(6) });
const props: MeridianProps = {
  processes: './my-processes.ts',
  sources: [
    { process: 'visits', sqs: { queueArn: beats.queueArn } },
    { process: 'sums', kinesis: { streamArn: '${STREAM}', startingPosition: 'LATEST' } },
    { process: 'sums', kafka: { bootstrapServers: ['b-1.example.com:9094'], secretArn: '${SECRET}', topics: ['sums'] } },
  ],
};
const meridian = new Meridian(stack, 'Meridian', props);
meridian.processFunctions?.elements.addAlias('live');
meridian.processFunctions?.source?.addAlias('live');
app.synth();
`;

const PROCESSES = `
import { collect, defineProcess, defineWindowedProcess, tumbling, valueState } from 'meridian';
import { number, object } from 'valibot';

export const visits = defineProcess({
  name: 'visits',
  element: object({ n: number() }),
  state: { sum: valueState<number>() },
  onElement: ({ n }, { state }) => state.sum.set((state.sum.get() ?? 0) + n),
});

export const sums = defineWindowedProcess({
  name: 'sums',
  element: object({ n: number() }),
  windows: tumbling(60_000),
  contents: collect<{ n: number }>(),
  result: (elements) => elements.length,
});
`;

const ELEMENTS = '/v1/processes/visits/elements';

const CALLS = [
  { method: 'GET', path: '/v1/processes' },
  { method: 'POST', path: ELEMENTS, body: [2, 3].map((n) => ({ key: 'a', value: { n } })) },
  // Together no finite number, which no state holds.
  { method: 'POST', path: ELEMENTS, body: [1e308, 1e308].map((n) => ({ key: 'b', value: { n } })) },
  { method: 'GET', path: '/v1/processes/visits/keys/a' },
];

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
  files: ['app.ts', 'process-app.ts', 'my-processes.ts', ...[...flinkPage.keys()].map((name) => `${name}.ts`)],
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
  // The bundler of the user's own functions looks for it.
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  writeFileSync(join(folder, 'app.ts'), APP);
  writeFileSync(join(folder, 'process-app.ts'), PROCESS_APP);
  writeFileSync(join(folder, 'my-processes.ts'), PROCESSES);
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

/** A stack's template, of an assembly of the app. */
const templateOf = (assembly: string, name: string): Template =>
  JSON.parse(readFileSync(join(folder, assembly, `${name}.template.json`), 'utf8'));

/** Where the function of sources takes records from, partly acknowledged. */
const sourcesIn = (template: Template): string[] =>
  all(template, 'AWS::Lambda::EventSourceMapping')
    .filter(({ props }) => targetOf(props.FunctionName)?.includes('ProcessesSource'))
    .filter(({ props }) => props.FunctionResponseTypes?.join() === 'ReportBatchItemFailures')
    .map(({ props }) => targetOf(props.EventSourceArn) ?? props.EventSourceArn ?? props.Topics.join())
    .map((name) => name.replace(/[0-9A-F]{8}$/, ''));

/** A value of a template as it may be once it is deployed. */
const deployed = (value: Json): string =>
  value['Fn::Join'][1].map((part: Json) => (typeof part === 'string' ? part : targetOf(part))).join('');

/** A file of the asset that a function is made of. */
const bundleIn = (assembly: string, file: string, { Code: { S3Key } }: Json): string =>
  join(folder, assembly, `asset.${S3Key.replace('.zip', '')}`, file);

it('the packed construct synthesizes in an app of its user, without a bundler, and its functions load', async () => {
  execFileSync(bin('node'), ['app.ts'], {
    cwd: folder,
    env: { CDK_OUTDIR: 'cdk.out', PATH: '/usr/bin:/bin' },
    stdio: 'pipe',
  });
  expect(all(templateOf('cdk.out', 'Bare'), 'AWS::DynamoDB::Table')).toHaveLength(3);
  expect(all(templateOf('cdk.out', 'Kept'), 'AWS::DynamoDB::Table')).toHaveLength(3);
  const consumer = templateOf('cdk.out', 'Consumer');
  expect(all(consumer, 'AWS::DynamoDB::Table')).toHaveLength(0);
  const functions = all(consumer, 'AWS::Lambda::Function');
  expect(functions.map(({ props }) => props.Handler)).toEqual(['index.handler', 'index.handler', 'index.handler']);
  for (const { id, props } of functions) {
    expect(props.Environment.Variables.MERIDIAN_SHARDS).toBe('32');
    const bundle = bundleIn('cdk.out', 'index.cjs', props);
    const isIngest = id.startsWith('MeridianIngest');
    expect(await loadBundle(bundle, isIngest)).toEqual({ type: 'function', statuses: isIngest ? [404, 200] : [] });
  }
});

describe('the packed construct with process functions of its user', () => {
  let engines: Engines;
  beforeAll(async () => {
    engines = await startEngines();
  });
  afterAll(() => engines?.close());

  it('joins them to the functions that run them, which share one library', async () => {
    execFileSync(bin('node'), ['process-app.ts'], {
      cwd: folder,
      env: { CDK_OUTDIR: 'processes.out', PATH: `${join(root, 'node_modules/.bin')}:/usr/bin:/bin`, HOME: folder },
      stdio: 'pipe',
    });
    // On Lambda nothing lies above it.
    writeFileSync(join(folder, 'processes.out/package.json'), '{}');
    const template = templateOf('processes.out', 'Processes');
    const functions = all(template, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(6);
    expect(sourcesIn(template)).toEqual(['Beats', STREAM, 'sums']);
    const propsOf = (id: string): Json => functions.find((found) => found.id.includes(id))?.props;
    const bundleOf = (id: string) => bundleIn('processes.out', 'index.js', propsOf(id));
    expect(await loadBundle(bundleOf('ProcessesProcess'), false)).toEqual({ type: 'function', statuses: [] });
    // It looks for the processes that its sources feed.
    const { [SOURCES_ENV.sources]: told } = propsOf('ProcessesSource').Environment.Variables;
    const routes = { [SOURCES_ENV.sources]: deployed(told) };
    expect(await callBundle(bundleOf('ProcessesSource'), [], routes)).toEqual({ type: 'function', answers: [] });
    const { send, process } = await setUpEngines(engines);
    const { answers } = await callBundle(bundleOf('ProcessesElements'), CALLS, {
      [ENV.segmentsTable]: TABLES.segments,
      [ENV.keysTable]: TABLES.keys,
      [ENV.controlTable]: TABLES.control,
      [ENV.sendQueueUrls]: send.url,
      [ENV.processQueueUrls]: process.url,
      AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoEndpoint,
      AWS_ENDPOINT_URL_SQS: engines.sqsEndpoint,
    });
    const [listed, taken, refused, key] = answers;
    expect(answers.map(({ status }) => status)).toEqual([200, 202, 202, 200]);
    expect(listed?.body.items.map(({ name }: Json) => name).sort()).toEqual(['sums', 'visits']);
    expect(taken?.body).toEqual({ accepted: 2, duplicates: 0, rejected: 0 });
    // Thrown by what definitions are written with, and known to what runs them.
    expect(refused?.body.errors[0].error.code).toBe('INVALID_DATA');
    expect(key?.body.state).toEqual({ sum: 5 });
  }, 120_000);
});
