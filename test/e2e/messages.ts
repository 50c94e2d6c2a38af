import assert from 'node:assert/strict';
import type { Answer } from './api.ts';
import type { Arrival } from './receiver.ts';
import { waitFor } from './waiting.ts';
import type { Fate, World } from './world.ts';

export type Accepted = { readonly id: string; readonly dueAtMs: number; readonly payload: string };

/** A busy machine starts a function seconds late. */
export const PROMPTLY_MS = 60_000;

export const instant = (ms: number): string => new Date(ms).toISOString();

/** Blanks that no serializer would write: the receiver is to get the same bytes. */
export const payloadOf = ({ canary }: World, n: number | string): string =>
  `{ "n": ${JSON.stringify(n)},  "secret":"${canary}" }`;

/** A target of kind `http` that leads to a path of the receiver; gives its signing secret. */
export async function addTarget({ api, receiver }: World, name: string, more: object = {}): Promise<string> {
  const body = { kind: 'http', url: `${receiver.url}/${name}`, ...more };
  const answer = await api.expect(201, ['PUT', `/v1/targets/${name}`], { body });
  return answer.body.signingSecret;
}

export type Keyed = { readonly target: string; readonly dueAtMs: number; readonly fate?: Fate; readonly more?: object };

/** Puts the message of a key. */
export async function putKeyed(world: World, key: string, keyed: Keyed): Promise<Accepted & { answer: Answer }> {
  const { target, dueAtMs, fate = 'sent', more = {} } = keyed;
  const payload = payloadOf(world, key);
  const fields = JSON.stringify({ target, at: instant(dueAtMs), ...more });
  const body = `${fields.slice(0, -1)},"payload":${payload}}`;
  const answer = await world.api.expect(202, ['PUT', `/v1/messages/${key}`], { body });
  const { id } = answer.body;
  world.fates.set(id, fate);
  return { id, dueAtMs, payload, answer };
}

export type Bulk = {
  readonly name: string;
  readonly target: string;
  readonly count: number;
  readonly dueAtMs: (n: number) => number;
  readonly fate?: Fate;
  readonly more?: object;
};

/** The lines of a bulk, all of them good. */
export const linesOf = (world: World, { name, target, count, dueAtMs, more }: Bulk): string =>
  Array.from({ length: count }, (_, n) => {
    const fields = JSON.stringify({ id: `${name}-${n}`, target, at: instant(dueAtMs(n)), ...more });
    return `${fields.slice(0, -1)},"payload":${payloadOf(world, n)}}\n`;
  }).join('');

export const bulkCall = (name: string, body: string) => ({
  headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': name },
  body,
});

/** Posts a bulk, with its name as the idempotency key. */
export async function postBulk(world: World, bulk: Bulk): Promise<Accepted[]> {
  const call = bulkCall(bulk.name, linesOf(world, bulk));
  const { body } = await world.api.expect(202, ['POST', '/v1/messages'], call);
  assert.equal(body.accepted, bulk.count);
  return body.items.map(({ id }: { readonly id: string }, n: number) => {
    world.fates.set(id, bulk.fate ?? 'sent');
    return { id, dueAtMs: bulk.dueAtMs(n), payload: payloadOf(world, n) };
  });
}

export const arrivalsOf = ({ receiver }: World, { id }: Pick<Accepted, 'id'>): readonly Arrival[] =>
  receiver.arrivals.filter((arrival) => arrival.id === id);

export const isTaken = ({ status }: Arrival): boolean => status < 300;

/** Waits until the receiver took every one of them, until `PROMPTLY_MS` after the last is due unless told. */
export async function allTaken(world: World, messages: readonly Accepted[], withinMs?: number): Promise<string> {
  const lastDueMs = Math.max(...messages.map(({ dueAtMs }) => dueAtMs));
  const patienceMs = withinMs ?? Math.max(0, lastDueMs - Date.now()) + PROMPTLY_MS;
  const missing = () => {
    const taken = new Set(world.receiver.arrivals.filter(isTaken).map(({ id }) => id));
    return messages.filter(({ id }) => !taken.has(id));
  };
  await waitFor(`arrival of ${messages.length} messages`, patienceMs, () => missing().length === 0 || undefined).catch(
    (error: unknown) => {
      const [first] = missing();
      throw new Error(`${missing().length} of ${messages.length} did not arrive, the first is ${first?.id}`, {
        cause: error,
      });
    },
  );
  const takenOf = (message: Accepted) => arrivalsOf(world, message).find(isTaken);
  for (const message of messages) assert.equal(takenOf(message)?.body, message.payload, 'the payload has other bytes');
  const latest = Math.max(...messages.map((message) => (takenOf(message)?.atMs ?? 0) - message.dueAtMs));
  return `${messages.length} arrived, the latest ${latest} ms after it was due`;
}

/** Waits until a message is in a state; gives its view. */
export const inState = (world: World, { id }: Pick<Accepted, 'id'>, state: string) =>
  waitFor(`state ${state} of ${id}`, PROMPTLY_MS, async () => {
    const { body } = await world.api.expect(200, ['GET', `/v1/messages/${id}`]);
    return body.state === state ? body : undefined;
  });
