import { CANARY_HEADERS, carryingJson, watchAsSecret } from '../support/canary.ts';
import { expectFits } from '../support/openapi.ts';

export type Answer = { readonly status: number; readonly body: unknown };

const call = async (url: string, init?: RequestInit & { duplex?: 'half' }): Promise<Answer> => {
  const response = await fetch(url, init);
  const { status, headers } = response;
  const body = await response.text();
  const { pathname } = new URL(url);
  expectFits(init?.method ?? 'GET', pathname, { statusCode: status, headers: Object.fromEntries(headers), body });
  return { status, body: JSON.parse(body) };
};

const JSON_TYPE = { 'content-type': 'application/json', ...CANARY_HEADERS };

/** The API of a runtime, as its users call it, each answer held to the OpenAPI document, with the canary in headers and in payloads that are objects. */
export const makeClient = (url: string) => ({
  putTarget: async (name: string, target: object) => {
    const body = JSON.stringify({ headers: CANARY_HEADERS, ...target });
    const answer = await call(`${url}/v1/targets/${name}`, { method: 'PUT', headers: JSON_TYPE, body });
    const { signingSecret: secret } = answer.body as { signingSecret?: string };
    if (secret !== undefined) watchAsSecret(secret);
    return answer;
  },
  putMessage: (key: string, message: object) =>
    call(`${url}/v1/messages/${key}`, {
      method: 'PUT',
      headers: JSON_TYPE,
      body: carryingJson(JSON.stringify(message)),
    }),
  getMessage: (key: string) => call(`${url}/v1/messages/${key}`),
  status: () => call(`${url}/v1/status`),
  /** A string goes with its length, a stream without. */
  postLines: (idempotencyKey: string, body: string | ReadableStream) =>
    call(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...CANARY_HEADERS, 'idempotency-key': idempotencyKey },
      body: typeof body === 'string' ? carryingJson(body) : body,
      duplex: 'half',
    }),
});

/** So many messages a line, due evenly from `fromMs` on. */
export const linesOf = (count: number, message: (n: number) => object): string =>
  Array.from({ length: count }, (_, n) => `${JSON.stringify(message(n))}\n`).join('');
