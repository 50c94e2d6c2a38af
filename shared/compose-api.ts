import { randomBytes } from 'node:crypto';
import packageJson from '../package.json' with { type: 'json' };
import type { Engine } from './app/engine.ts';
import { makeDeadLetterDesk } from './app/make-dead-letter-desk.ts';
import { makeMessageDesk } from './app/make-message-desk.ts';
import { makeStatusDesk } from './app/make-status-desk.ts';
import { makeTargetCache } from './app/target-cache.ts';
import { makeTargets } from './app/targets.ts';
import type { Config } from './config.ts';
import { makeAllowList } from './core/delivery/allow-list.ts';

/** The use cases that the API serves, and what it has to know. */
export function composeApi(engine: Engine, { allowHttp, allowTargets, targetPorts }: Config) {
  const { clock, telemetry } = engine;
  const targets = makeTargets({ ...engine, randomBytes });
  return {
    messages: makeMessageDesk(engine),
    deadLetters: makeDeadLetterDesk(engine),
    status: makeStatusDesk(engine),
    targets,
    targetLookup: makeTargetCache(targets, clock),
    telemetry,
    clock,
    urlPolicy: { allowHttp, ports: targetPorts, allow: makeAllowList(allowTargets) },
    version: packageJson.version,
    tzVersion: process.versions.tz ?? 'unknown',
  };
}

export type ComposedApi = ReturnType<typeof composeApi>;
