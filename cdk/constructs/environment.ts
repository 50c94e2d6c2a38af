import { ENV } from '../../shared/config.ts';
import type { StageSettings } from '../stage.ts';
import type { Lanes } from './lanes.ts';
import type { Tables } from './tables.ts';

/** Exactly the variables that `readConfig` knows. */
export function environmentOf(stage: StageSettings, tables: Tables, lanes: Lanes): Record<string, string> {
  return {
    [ENV.stage]: stage.name,
    [ENV.segmentsTable]: tables.segments.tableName,
    [ENV.keysTable]: tables.keys.tableName,
    [ENV.controlTable]: tables.control.tableName,
    [ENV.sendQueueUrls]: lanes.urls,
    [ENV.processQueueUrls]: '',
    [ENV.shards]: String(stage.shards),
    [ENV.lookaheadSeconds]: String(stage.lookaheadSeconds),
    [ENV.retentionDays]: String(stage.retentionDays),
    [ENV.allowHttp]: String(stage.allowHttp),
    [ENV.allowTargets]: stage.allowTargets.join(','),
    [ENV.targetPorts]: stage.targetPorts.join(','),
    [ENV.logLevel]: stage.logLevel,
  };
}
