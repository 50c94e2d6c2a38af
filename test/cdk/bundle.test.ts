import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { addMeridian } from '../../cdk/meridian-app.ts';
import { chooseStage } from '../../cdk/stage.ts';
import { AUTHORIZER_ENV, ENV } from '../../shared/config.ts';
import type { Template } from './templates.ts';
import { all } from './templates.ts';

const run = promisify(execFile);

const API_KEYS = { team: 'a'.repeat(64) };

const ENVIRONMENT = {
  [AUTHORIZER_ENV.apiKeys]: `team:${API_KEYS.team}`,
  [ENV.stage]: 'dev',
  [ENV.segmentsTable]: 'Segments',
  [ENV.keysTable]: 'Keys',
  [ENV.controlTable]: 'Control',
  [ENV.sendQueueUrls]: 'https://sqs.eu-west-1.amazonaws.com/1/lane-0',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
};

/** Asks for a path that does not exist, which is answered without any service of AWS. */
const ASK = `
  const { handler } = await import(process.argv[1]);
  const http = { method: 'GET', path: '/v1/nothing', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' };
  const event = { version: '2.0', rawPath: http.path, rawQueryString: '', headers: {}, requestContext: { http }, isBase64Encoded: false };
  const context = { getRemainingTimeInMillis: () => 1000 };
  const status = process.argv[2] === 'ask' ? (await handler(event, context)).statusCode : undefined;
  process.stderr.write(JSON.stringify({ type: typeof handler, status }));
`;

it('the bundles that are deployed load by themselves, with nothing but the environment of the functions', async () => {
  const app = new App();
  addMeridian(app, { ...chooseStage({}), auth: { apiKeys: API_KEYS } });
  const assembly = app.synth();
  const { template } = assembly.getStackByName('meridian-dev-stateless') as { template: Template };
  const functions = all(template, 'AWS::Lambda::Function');
  expect(functions).toHaveLength(4);
  for (const { id, props } of functions) {
    const folder = `asset.${props.Code.S3Key.replace('.zip', '')}`;
    const bundle = pathToFileURL(join(assembly.directory, folder, 'index.mjs')).href;
    const isIngest = id.startsWith('Ingest');
    const { stderr } = await run(process.execPath, ['--input-type=module', '-e', ASK, bundle, isIngest ? 'ask' : ''], {
      env: ENVIRONMENT,
      cwd: assembly.directory,
    });
    expect(JSON.parse(stderr)).toEqual({ type: 'function', ...(isIngest && { status: 404 }) });
  }
}, 60_000);
