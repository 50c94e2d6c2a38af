import { setTimeout as sleep } from 'node:timers/promises';

export type Status = {
  readonly counts: Readonly<Record<'accepted' | 'pending' | 'sent' | 'retrying' | 'dead', number>>;
  readonly latenessMs: { readonly count: number; readonly p50: number; readonly p99: number; readonly max: number };
};

const asJson = { 'content-type': 'application/json' };

const mustBe = async (response: Response, status: readonly number[]): Promise<unknown> => {
  const body: unknown = await response.json();
  if (!status.includes(response.status)) throw new Error(`answer ${response.status}: ${JSON.stringify(body)}`);
  return body;
};

export const putTarget = async (url: string, name: string, target: object): Promise<void> => {
  const response = await fetch(`${url}/v1/targets/${name}`, {
    method: 'PUT',
    headers: asJson,
    body: JSON.stringify(target),
  });
  await mustBe(response, [200, 201]);
};

/** Posts lines as one bulk call and returns how many were accepted; the body streams, so any number of lines is fine. */
export const postLines = async (url: string, idempotencyKey: string, lines: Iterable<string>): Promise<number> => {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': idempotencyKey, prefer: 'return=minimal' },
    body: ReadableStream.from(blocksOf(lines)),
    duplex: 'half',
  });
  const { accepted } = (await mustBe(response, [202])) as { accepted: number };
  return accepted;
};

/** Posts elements to a process as one call; throws unless all are accepted. */
export const postElements = async (url: string, process: string, lines: readonly string[]): Promise<void> => {
  const response = await fetch(`${url}/v1/processes/${process}/elements`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  const { accepted } = (await mustBe(response, [202])) as { accepted: number };
  if (accepted !== lines.length) throw new Error(`${accepted} of ${lines.length} elements were accepted.`);
};

/** Says how far the source of a process has come. */
export const postWatermark = async (url: string, process: string, watermark: string): Promise<void> => {
  const response = await fetch(`${url}/v1/processes/${process}/watermark`, {
    method: 'POST',
    headers: asJson,
    body: JSON.stringify({ watermark }),
  });
  await mustBe(response, [202]);
};

/** Lines joined to blocks of about 64 KB: a chunk for each line would measure the client. */
function* blocksOf(lines: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let block = '';
  for (const line of lines) {
    block += `${line}\n`;
    if (block.length < 65_536) continue;
    yield encoder.encode(block);
    block = '';
  }
  if (block !== '') yield encoder.encode(block);
}

export const getStatus = async (url: string): Promise<Status> =>
  (await (await fetch(`${url}/v1/status`)).json()) as Status;

/** Asks for the status until it satisfies `done`; throws after `withinMs`. */
export const awaitStatus = async (
  url: string,
  done: (status: Status) => boolean,
  withinMs: number,
): Promise<Status> => {
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(250)) {
    const status = await getStatus(url);
    if (done(status)) return status;
  }
  throw new Error(`not done within ${withinMs} ms: ${JSON.stringify(await getStatus(url))}`);
};
