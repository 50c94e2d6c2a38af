import type { ApiRequest } from '../support/api.ts';

/** A request that is refused: its id in RELIABILITY.md, what it is, the request, and the refusal. */
export type BadRequest = {
  readonly id: string;
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly request: ApiRequest;
  readonly status: number;
  readonly code: string;
  readonly pointer?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Refusal = readonly [status: number, code: string, pointer?: string];

export const row = (
  id: string,
  what: string,
  at: string,
  request: ApiRequest,
  [status, code, pointer]: Refusal,
): BadRequest => {
  const [method = '', path = ''] = at.split(' ');
  return { id, what, method, path, request, status, code, ...(pointer !== undefined && { pointer }) };
};

/** In every payload; no answer and no note may show it (P23). */
export const SECRET = 's3cr3t';

export const PUT = 'PUT /v1/messages/driver-42';
export const POST = 'POST /v1/messages';
export const TARGET = 'PUT /v1/targets/new';
export const KEYED = { 'idempotency-key': 'k-1' };
export const NDJSON = { ...KEYED, 'content-type': 'application/x-ndjson' };
export const GOOD = { target: 'push', at: '2026-11-22T00:00:00Z', payload: { n: SECRET } };
export const GOOD_TEXT = JSON.stringify(GOOD);
