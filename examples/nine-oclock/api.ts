/** Why the sample cannot go on: a sentence for people. */
export class SampleError extends Error {
  override readonly name = 'SampleError';
}

export type BulkAnswer = { readonly accepted: number; readonly rejected: number };

export type Api = {
  /** Makes a target of kind http; returns its signing secret, which is shown only now. */
  createTarget(name: string, url: string): Promise<string>;
  deleteTarget(name: string): Promise<void>;
  /** Schedules one message a line, as a stream; a repeated call with the same key changes nothing. */
  schedule(lines: Iterable<string>, idempotencyKey: string): Promise<BulkAnswer>;
};

const LINES_PER_CHUNK = 500;

/** Meridian's HTTP API, as far as the sample uses it. */
export const makeApi = (base: string): Api => ({
  createTarget: async (name, url) => {
    const body = JSON.stringify({ kind: 'http', url });
    const answer = await call(base, `/v1/targets/${name}`, { method: 'PUT', headers: JSON_BODY, body });
    return (answer as { signingSecret: string }).signingSecret;
  },
  deleteTarget: async (name) => {
    await call(base, `/v1/targets/${name}`, { method: 'DELETE' });
  },
  schedule: async (lines, idempotencyKey) => {
    const headers = {
      'content-type': 'application/x-ndjson',
      'idempotency-key': idempotencyKey,
      prefer: 'return=minimal',
    };
    const body = ReadableStream.from(chunksOf(lines));
    return (await call(base, '/v1/messages', { method: 'POST', headers, body, duplex: 'half' })) as BulkAnswer;
  },
});

const JSON_BODY = { 'content-type': 'application/json' };

async function call(base: string, path: string, init: RequestInit & { duplex?: 'half' }): Promise<unknown> {
  const response = await fetch(new URL(path, base), init).catch(() => {
    throw new SampleError(`Nothing answers at ${base}: run "npm start" in another terminal, or give --url.`);
  });
  const text = await response.text();
  if (response.ok) return text === '' ? undefined : JSON.parse(text);
  throw new SampleError(`${init.method} ${path} was answered with ${response.status}: ${text.slice(0, 500)}`);
}

function* chunksOf(lines: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let waiting: string[] = [];
  for (const line of lines) {
    waiting.push(line);
    if (waiting.length < LINES_PER_CHUNK) continue;
    yield encoder.encode(waiting.join(''));
    waiting = [];
  }
  yield encoder.encode(waiting.join(''));
}
