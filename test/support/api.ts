import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { makeIngest } from '../../functions/ingest/ingest.ts';
import type { PathForm } from '../../shared/api/http/request-path.ts';
import { type ApiLimits, DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import type { TargetPolicy } from '../../shared/api/target/policy.ts';
import type { Engine } from '../../shared/app/engine.ts';
import { makeLedgerBook } from '../../shared/app/ledger-book.ts';
import { makeDeadLetterDesk } from '../../shared/app/make-dead-letter-desk.ts';
import { makeMessageDesk } from '../../shared/app/make-message-desk.ts';
import { makeStatusDesk } from '../../shared/app/make-status-desk.ts';
import { makeTargetCache } from '../../shared/app/target-cache.ts';
import { makeTargets, type Targets } from '../../shared/app/targets.ts';
import { makeAllowList } from '../../shared/core/delivery/allow-list.ts';
import { DEFAULT_TIMING } from '../../shared/core/segment/timing.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryQueue } from '../../shared/memory/memory-queue.ts';
import { type MemoryStoreOptions, makeMemoryStore } from '../../shared/memory/memory-store.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import {
  CANARY_HEADERS,
  carryingJson,
  SECRET_CANARY,
  watchForSecrets,
  watchQueue,
  watchStore,
  watchTelemetry,
  watchText,
} from './canary.ts';
import { expectFits, type HttpAnswer, openApiDocument } from './openapi.ts';

export const API_START = epochMs(Date.UTC(2026, 10, 21, 9, 0, 0));

export type ApiRequest = {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly query?: string;
  /** Text as it is, bytes as base64, everything else as JSON. */
  readonly body?: unknown;
  /** Replaces what was made from the rest. */
  readonly event?: Partial<APIGatewayProxyEventV2>;
};

export type ApiAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, which the document has checked.
  readonly body: any;
};

export type ApiOptions = {
  readonly store?: MemoryStoreOptions;
  readonly limits?: Partial<ApiLimits>;
  readonly paths?: PathForm;
  readonly allow?: readonly string[];
  readonly unreachable?: TargetPolicy['unreachable'];
};

const carryingBody = (body: unknown): string | undefined => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text && carryingJson(text);
};

/** An event as an HTTP API makes it, with the canary in the payloads of its body and in a header. */
export function toEvent(method: string, path: string, request: ApiRequest = {}): APIGatewayProxyEventV2 {
  const { headers = {}, query = '', body, event } = request;
  const isBytes = body instanceof Uint8Array;
  const text = isBytes ? Buffer.from(body).toString('base64') : carryingBody(body);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: Object.fromEntries(
      Object.entries({ ...type, ...CANARY_HEADERS, ...headers }).filter(([, value]) => value !== undefined),
    ),
    requestContext: {
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'req-1',
    },
    isBase64Encoded: isBytes,
    ...(text !== undefined && { body: text }),
    ...event,
  } as APIGatewayProxyEventV2;
}

/** The engine on the memory adapters, its clock standing still. */
function makeMemoryEngine(options: ApiOptions) {
  const clock = makeVirtualClock(API_START);
  const store = watchStore(makeMemoryStore(options.store));
  const queue = watchQueue(makeMemoryQueue({ clock }));
  const telemetry = watchTelemetry(makeMemoryTelemetry());
  let names = 0;
  const engine: Engine = {
    timeline: 'send',
    store,
    queue,
    clock,
    telemetry,
    ledgers: makeLedgerBook(store, 'api'),
    timing: DEFAULT_TIMING,
    shards: 4,
    retentionMs: 14 * 86_400_000,
    owner: 'api',
    isDead: () => false,
    nonce: () => {
      names += 1;
      return `nonce-${names}`;
    },
  };
  return { clock, store, queue, telemetry, engine };
}

/** Bytes that start with the canary and count up behind it, so that no two secrets are equal. */
const makeCountingBytes = () => {
  let calls = 0;
  return (count: number) => {
    calls += 1;
    const bytes = new Uint8Array(count).fill(calls);
    bytes.set(Buffer.from(SECRET_CANARY).subarray(0, count));
    return bytes;
  };
};

const SHOWS_A_SECRET = /^\/v1\/targets\/[^/]+(\/rotate-secret)?$/;

/** A refusal shows nothing of what was sent, and a secret is shown once, to whoever makes it (P22, P23). */
const watchAnswer = (event: APIGatewayProxyEventV2, { statusCode, headers, body }: HttpAnswer): void => {
  const { method, path } = event?.requestContext?.http ?? {};
  const text = `${JSON.stringify(headers)} ${body}`;
  const where = `answer ${statusCode} to ${method} ${path}`;
  if (statusCode >= 400) watchText(where, text);
  else if (method === 'GET' || !SHOWS_A_SECRET.test(path ?? '')) watchForSecrets(where, text);
};

const addTarget = async (targets: Targets): Promise<void> => {
  await targets.put('push', {
    destination: { kind: 'none' },
    timeoutMs: 10_000,
    retry: { maxAttempts: 1, delaysMs: [1000], jitter: 0 },
    delivery: 'at-least-once',
    headers: CANARY_HEADERS,
  });
};

const policyOf = ({ allow = [], unreachable = {} }: ApiOptions): TargetPolicy => ({
  allowHttp: false,
  ports: [443],
  allow: makeAllowList(allow),
  region: 'eu-west-1',
  unreachable,
});

/** The real handler and use cases on the memory adapters; every answer is checked against the OpenAPI document. */
export function makeApi(options: ApiOptions = {}) {
  const { clock, store, queue, telemetry, engine } = makeMemoryEngine(options);
  const messages = makeMessageDesk(engine);
  const targets = makeTargets({ ...engine, randomBytes: makeCountingBytes() });
  const ingest = makeIngest({
    messages,
    targets,
    targetLookup: makeTargetCache(targets, clock),
    status: makeStatusDesk(engine),
    deadLetters: makeDeadLetterDesk(engine),
    telemetry,
    clock,
    targetPolicy: policyOf(options),
    paths: options.paths ?? 'encoded',
    version: '0.0.0-test',
    tzVersion: '2026c',
    openApi: () => openApiDocument,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  });

  const checked = async (event: APIGatewayProxyEventV2): Promise<HttpAnswer> => {
    const answer = await ingest(event);
    expectFits(event.requestContext.http.method, event.requestContext.http.path, answer);
    return answer;
  };

  const send = async (event: APIGatewayProxyEventV2, fit: 'checked' | 'unchecked' = 'checked'): Promise<ApiAnswer> => {
    const answer = await (fit === 'checked' ? checked(event) : ingest(event));
    const { statusCode, headers, body } = answer;
    watchAnswer(event, answer);
    return { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) };
  };

  return {
    clock,
    store,
    queue,
    telemetry,
    messages,
    targets,
    engine,
    /** Everything that is stored or queued, to be compared. */
    stored: () =>
      JSON.stringify([store.items(), queue.hints()], (_, value) => (value instanceof Uint8Array ? [...value] : value)),
    /** `unchecked` for events that no operation of the document can have. */
    send,
    request: (method: string, path: string, request?: ApiRequest): Promise<ApiAnswer> =>
      send(toEvent(method, path, request)),
    /** A target called `push` that takes everything. */
    addTarget: () => addTarget(targets),
  };
}

export type Api = ReturnType<typeof makeApi>;

/** As `makeApi`, with the target `push`. */
export async function makeReadyApi(options?: ApiOptions): Promise<Api> {
  const api = makeApi(options);
  await api.addTarget();
  return api;
}

export const MORNING = {
  target: 'push',
  local: '2026-11-22T09:00',
  timeZone: 'Asia/Tokyo',
  payload: { text: 'Good morning' },
};
