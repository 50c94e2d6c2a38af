import type { Worker } from 'node:worker_threads';
import { makeIngest } from '../../functions/ingest/ingest.ts';
import type { Handlers } from '../api/http/call.ts';
import { DEFAULT_LIMITS } from '../api/limits.ts';
import { makeOpenApiDocument } from '../api/openapi/document.ts';
import { describeError } from '../app/describe-error.ts';
import type { Engine } from '../app/engine.ts';
import { makeTick, type TickOptions, type TickReport } from '../app/tick/make-tick.ts';
import type { OnCapacity } from '../aws/dynamo/access.ts';
import { composeEngine } from '../compose.ts';
import { type ComposedApi, composeApi } from '../compose-api.ts';
import type { Process } from '../core/process/definition.ts';
import type { Timing } from '../core/segment/timing.ts';
import { makeMemoryTelemetry } from '../memory/telemetry.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { type ApiFunctions, startApiServer } from './api-server.ts';
import { makeBulkStream } from './bulk-stream.ts';
import type { EchoDelivery } from './echo-receiver.ts';
import { startEcho } from './echo-target.ts';
import { startExpiry } from './expiry.ts';
import { LOCAL_TIMING, localConfig } from './local-config.ts';
import { makeProcessing } from './make-processing.ts';
import { openStorage } from './open-storage.ts';
import type { StartError } from './start-error.ts';
import { startSending } from './start-sending.ts';
import { startTicking } from './start-ticking.ts';

export type LocalOptions = {
  /** A free one where left out or 0. */
  readonly port?: number;
  /** Where the tables are kept; in memory where left out. */
  readonly dataDir?: string;
  /** `by-hand`: after the one at the start, only when `tick` is called. */
  readonly ticks?: 'every-minute' | 'by-hand';
  readonly timing?: Partial<Timing>;
  /** Told what each call of the store consumed, for measurements. */
  readonly onCapacity?: OnCapacity;
  readonly telemetry?: Telemetry;
  /** Gets the messages of targets of kind `log`. */
  readonly logTelemetry?: Telemetry;
  readonly onEcho?: (delivery: EchoDelivery) => void;
  /** Told why when the data can be used no more; nothing may go on then. Where it is left out, the process ends. */
  readonly onDataLost?: (error: StartError) => void;
  /** Of `loadEngines`, for who has something to load meanwhile. */
  readonly enginesThread?: Worker;
  /** Process functions to run. */
  readonly processes?: readonly Process[];
};

export type LocalRuntime = {
  readonly url: string;
  readonly echoUrl: string;
  readonly dynamoEndpoint: string;
  tick(options?: TickOptions): Promise<TickReport>;
  /** Lets nothing new start, logs what was done, and ends within ten seconds; nothing of it goes out again later. */
  stop(): Promise<void>;
};

/** Requests under way may take so long. */
const REQUEST_PATIENCE_MS = 5_000;
const FLUSH_EVERY_MS = 2_000;

/**
 * Starts all of Meridian in this process: the API on 127.0.0.1, the functions with their queue and their minute tick,
 * the embedded engines, and an echo receiver as target `echo`. Throws `StartError` where that cannot be.
 */
export async function startLocal(options: LocalOptions = {}): Promise<LocalRuntime> {
  // What was started ends in the opposite order, whether a later step fails or the runtime is stopped.
  await using starting = new AsyncDisposableStack();
  const { dataDir, onDataLost: onLost, enginesThread } = options;
  const storage = await openStorage({ dataDir, onLost, enginesThread });
  starting.defer(storage.engines.close);
  const config = localConfig(storage);
  const { telemetry = makeMemoryTelemetry(), onCapacity } = options;
  const measured = onCapacity === undefined ? {} : { onCapacity };
  const timing = { ...LOCAL_TIMING, ...options.timing };
  const engine = composeEngine({ config, telemetry, identity: storage.identity, timing, ...measured });
  const onError = (error: unknown) => telemetry.note('error', 'runtime failed', describeError(error));
  starting.defer(startFlushing(engine, onError));

  const api = composeApi(engine, config);
  // The port first, because it may be taken: nothing else has begun to work then.
  const { ticks = 'every-minute', processes = [] } = options;
  const processing = makeProcessing({ engine, config, storage, processes, ticks, onError });
  const server = await startApiServer(functionsOn(api, processing.handlers, onError), options.port ?? 0);
  const closeServer = () => server.close(REQUEST_PATIENCE_MS);
  starting.defer(closeServer);
  const echo = await startEcho(api, options.onEcho ?? (() => {}));
  starting.defer(echo.close);
  const { logTelemetry = telemetry } = options;
  const sending = startSending({ engine, config, storage, logTelemetry, onError });
  starting.defer(sending.stop);
  const ticking = startTicking({ engine, run: makeTick(engine).run, ticks, onError });
  starting.defer(ticking.stop);
  const processed = processing.start();
  starting.defer(processed.stop);
  starting.defer(startExpiry({ dynamoEndpoint: storage.engines.dynamoEndpoint, onError }).stop);

  const started = starting.move();
  const stop = async (): Promise<void> => {
    await Promise.all([closeServer(), sending.stop(), processed.stop()]);
    await started.disposeAsync();
  };
  const tickAll = async (tickOptions?: TickOptions): Promise<TickReport> => {
    await processed.tick(tickOptions);
    return ticking.tick(tickOptions);
  };
  const { dynamoEndpoint } = storage.engines;
  return { url: `http://127.0.0.1:${server.port}`, echoUrl: echo.url, dynamoEndpoint, tick: tickAll, stop };
}

function functionsOn(api: ComposedApi, more: Partial<Handlers>, onError: (error: unknown) => void): ApiFunctions {
  return {
    ingest: makeIngest({ ...api, more, openApi: () => makeOpenApiDocument(api.version), paths: 'encoded' }),
    bulkStream: makeBulkStream({ ...api, limits: DEFAULT_LIMITS }, onError),
  };
}

/** Stores the running figures now and then, and once more at the end. */
function startFlushing({ ledgers }: Engine, onError: (error: unknown) => void): () => Promise<void> {
  const timer = setInterval(() => ledgers.flush().catch(onError), FLUSH_EVERY_MS);
  return () => {
    clearInterval(timer);
    return ledgers.flush();
  };
}
