import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { AUTHORIZER_ENV, ENV } from '../../shared/config.ts';

const run = promisify(execFile);

export const API_KEYS = { team: 'a'.repeat(64) };

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

/** Makes calls as API Gateway hands them on. */
const ASK = `
  const { handler } = await import(process.argv[1]);
  const answers = [];
  for (const { method, path, body } of JSON.parse(process.argv[2])) {
    const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' };
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const event = { version: '2.0', rawPath: path, rawQueryString: '', headers, requestContext: { http }, isBase64Encoded: false };
    const { statusCode: status, body: text } = await handler({ ...event, body: JSON.stringify(body) }, { getRemainingTimeInMillis: () => 10000 });
    answers.push({ status, body: JSON.parse(text) });
  }
  process.stderr.write(JSON.stringify({ type: typeof handler, answers }));
`;

export type BundleCall = { readonly method: string; readonly path: string; readonly body?: unknown };

// biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape.
type Loaded = { readonly type: string; readonly answers: readonly { readonly status: number; readonly body: any }[] };

/** A path that does not exist: answered without any service of AWS, as the document is. */
const NOTHING: BundleCall = { method: 'GET', path: '/v1/nothing' };

const OPEN_API: BundleCall = { method: 'GET', path: '/openapi.json' };

/** What a bundle exports, loaded in a process of its own; with `ask`, also how it answers a call. */
export async function loadBundle(
  file: string,
  ask: boolean,
  environment?: Readonly<Record<string, string>>,
): Promise<{ readonly type: string; readonly statuses: readonly number[] }> {
  const { type, answers } = await callBundle(file, ask ? [NOTHING, OPEN_API] : [], environment);
  return { type, statuses: answers.map(({ status }) => status) };
}

/** What a bundle exports, loaded in a process of its own, and how it answers calls one after the other. */
export async function callBundle(
  file: string,
  calls: readonly BundleCall[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Loaded> {
  const args = ['--input-type=module', '-e', ASK, pathToFileURL(file).href, JSON.stringify(calls)];
  const { stderr } = await run(process.execPath, args, { env: { ...ENVIRONMENT, ...environment } });
  // What the function logs comes before.
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
}
