import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';

export type Exchange = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** For https; connections to an emulator are those of the whole process. */
  readonly agent: Agent | undefined;
  readonly signal: AbortSignal;
};

export type ExchangeAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first 64 KiB. */
  readonly body: Buffer;
};

/** A function may answer with megabytes that nobody looks at. */
const MAX_BODY_BYTES = 64 * 1024;

/** One POST and its whole answer; rejects where there is none, or the connection breaks in it, or the signal comes first. */
export const exchange = async ({ url, headers, body, agent, signal }: Exchange): Promise<ExchangeAnswer> => {
  // Only for emulators: importing it loads all of Node's fetch too, which would be a third of a cold start.
  const start = url.protocol === 'https:' ? httpsRequest : (await import('node:http')).request;
  return new Promise((resolve, reject) => {
    const request = start(url, { method: 'POST', headers, agent, signal }, (response) => {
      readBody(response).then(
        (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
        reject,
      );
    });
    request.once('error', reject);
    request.end(body);
  });
};

const readBody = async (response: IncomingMessage): Promise<Buffer> => {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < MAX_BODY_BYTES) kept.push(chunk.subarray(0, MAX_BODY_BYTES - bytes));
    bytes += chunk.length;
  }
  return Buffer.concat(kept);
};
