import middy from '@middy/core';
import { DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { composeFunction, withLedgers } from '../../shared/compose.ts';
import { composeProcesses } from '../../shared/compose-process.ts';
import { composeProcessEngine } from '../../shared/compose-process-engine.ts';
import { readSources } from '../../shared/config.ts';
import { collectProcesses } from '../../shared/core/process/collect.ts';
import { withTelemetry } from '../../shared/telemetry.ts';
import { makeApiFunction } from '../http/api-function.ts';
import { makeProcessFunction } from './process.ts';
import { makeSourceFunction } from './source.ts';

type Definitions = Readonly<Record<string, unknown>>;

const composeRuntime = (service: 'process' | 'elements' | 'source', definitions: Definitions) => {
  const { config, engine, telemetry } = composeFunction(service);
  const processes = collectProcesses(definitions);
  return {
    engine,
    telemetry,
    ...composeProcesses({
      engine: composeProcessEngine(engine, config),
      sending: engine,
      processes,
      makesCalls: service === 'process',
    }),
  };
};

/** The Lambda behind the queue of process functions. */
export const composeProcessFunction = (definitions: Definitions) => {
  const { engine, telemetry, runtime } = composeRuntime('process', definitions);
  const process = makeProcessFunction({ ...engine, runtime });
  return middy(process, { timeoutEarlyInMillis: 0 })
    .use(withTelemetry(telemetry))
    .use(withLedgers(engine))
    .use(withLedgers({ ...engine, ledgers: runtime.counters }));
};

/** The Lambda behind the routes of process functions. */
export const composeElementsFunction = (definitions: Definitions) => {
  const { engine, telemetry, runtime, handlers } = composeRuntime('elements', definitions);
  const elements = makeApiFunction({ ...engine, handlers, paths: 'decoded', limits: DEFAULT_LIMITS });
  return middy(elements)
    .use(withTelemetry(telemetry))
    .use(withLedgers(engine))
    .use(withLedgers({ ...engine, ledgers: runtime.counters }));
};

/** The Lambda that queues, streams and topics feed with elements. */
export const composeSourceFunction = (definitions: Definitions) => {
  const { engine, telemetry, runtime } = composeRuntime('source', definitions);
  const source = makeSourceFunction({ ...engine, runtime, routes: readSources(), limits: DEFAULT_LIMITS });
  return middy(source, { timeoutEarlyInMillis: 0 })
    .use(withTelemetry(telemetry))
    .use(withLedgers(engine))
    .use(withLedgers({ ...engine, ledgers: runtime.counters }));
};
