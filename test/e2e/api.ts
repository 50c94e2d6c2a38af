import { request } from 'undici';
import type { Signer } from './signer.ts';
import type { Target } from './target.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape.
  readonly body: any;
};

export type Call = {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes as it is, everything else as JSON. */
  readonly body?: unknown;
};

/** Where calls go, and under which name. */
export type Door = { readonly origin: string; readonly host: string; readonly apiId: string };

/** The HTTP API of a deployment; emulators serve it on their one address, by the name of the host. */
export function doorOf(apiUrl: string, { endpoint }: Target): Door {
  const { host, origin } = new URL(apiUrl);
  const [apiId = ''] = host.split('.');
  if (endpoint === undefined) return { origin, host, apiId };
  return { origin: endpoint, host: `${apiId}.execute-api.localhost:${new URL(endpoint).port}`, apiId };
}

/** The deployed API as one caller sees it. */
export function makeApi({ origin, host }: Door, sign: Signer) {
  const call = async (method: string, path: string, { query = {}, headers = {}, body }: Call = {}): Promise<Answer> => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const typed = body === undefined ? headers : { 'content-type': 'application/json', ...headers };
    const signed = await sign({ method, host, path, query, headers: typed, body: text });
    const search = Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : '';
    const answer = await request(`${origin}${path}${search}`, {
      method: method as 'GET',
      headers: signed,
      ...(text !== '' && { body: text }),
    });
    const said = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body: parsed(said) };
  };
  /** As `call`, but throws unless the answer has this status. */
  const expect = async (status: number, [method, path]: readonly [string, string], more?: Call): Promise<Answer> => {
    const answer = await call(method, path, more);
    if (answer.status === status) return answer;
    throw new Error(`${method} ${path} was answered ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
  };
  return { call, expect };
}

export type Api = ReturnType<typeof makeApi>;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
