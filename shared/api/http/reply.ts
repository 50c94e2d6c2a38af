/** What a route answers; `body` is JSON, left out where there is none. */
export type Reply = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The answer in the form that API Gateway takes from a Lambda (payload format 2.0). */
export type HttpResult = {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
};

const JSON_TYPE = 'application/json';

export function toHttpResult({ status, body, headers }: Reply): HttpResult {
  const content = body === undefined ? {} : { 'content-type': JSON_TYPE };
  return {
    statusCode: status,
    headers: { ...content, 'cache-control': 'no-store', ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}
