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

/** Asks for a path that does not exist, which is answered without any service of AWS. */
const ASK = `
  const { handler } = await import(process.argv[1]);
  const http = { method: 'GET', path: '/v1/nothing', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' };
  const event = { version: '2.0', rawPath: http.path, rawQueryString: '', headers: {}, requestContext: { http }, isBase64Encoded: false };
  const context = { getRemainingTimeInMillis: () => 1000 };
  const status = process.argv[2] === 'ask' ? (await handler(event, context)).statusCode : undefined;
  process.stderr.write(JSON.stringify({ type: typeof handler, status }));
`;

/** What a bundle exports, loaded in a process of its own; with `ask`, also how it answers a call. */
export async function loadBundle(
  file: string,
  ask: boolean,
): Promise<{ readonly type: string; readonly status?: number }> {
  const args = ['--input-type=module', '-e', ASK, pathToFileURL(file).href, ask ? 'ask' : ''];
  const { stderr } = await run(process.execPath, args, { env: ENVIRONMENT });
  return JSON.parse(stderr);
}
