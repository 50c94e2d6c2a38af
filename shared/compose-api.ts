import { randomBytes } from 'node:crypto';
import packageJson from '../package.json' with { type: 'json' };
import { REACHED_KINDS, type TargetPolicy } from './api/target/policy.ts';
import type { Engine } from './app/engine.ts';
import { makeDeadLetterDesk } from './app/make-dead-letter-desk.ts';
import { makeMessageDesk } from './app/make-message-desk.ts';
import { makeStatusDesk } from './app/make-status-desk.ts';
import { makeTargetCache } from './app/target-cache.ts';
import { makeTargets } from './app/targets.ts';
import { composeProcessEngine } from './compose-process-engine.ts';
import { type Config, ENDPOINT_ENV } from './config.ts';
import { makeAllowList } from './core/delivery/allow-list.ts';

/** The use cases that the API serves, and what it has to know. */
export function composeApi(engine: Engine, config: Config) {
  const { clock, telemetry } = engine;
  const targets = makeTargets({ ...engine, randomBytes });
  const hasProcesses = config.processQueueUrls.length > 0;
  return {
    messages: makeMessageDesk(engine),
    deadLetters: makeDeadLetterDesk(engine, hasProcesses ? composeProcessEngine(engine, config) : undefined),
    status: makeStatusDesk(engine),
    targets,
    targetLookup: makeTargetCache(targets, clock),
    telemetry,
    clock,
    targetPolicy: targetPolicyOf(config),
    version: packageJson.version,
    tzVersion: process.versions.tz ?? 'unknown',
  };
}

function targetPolicyOf(config: Config): TargetPolicy {
  const { allowHttp, allowTargets, targetPorts, region, endpoints, endpointsOnly } = config;
  const lost = REACHED_KINDS.filter((kind) => endpointsOnly && endpoints[kind] === undefined);
  return {
    allowHttp,
    ports: targetPorts,
    allow: makeAllowList(allowTargets),
    region,
    unreachable: Object.fromEntries(lost.map((kind) => [kind, ENDPOINT_ENV[kind]])),
  };
}

export type ComposedApi = ReturnType<typeof composeApi>;
