import { ENV } from '../../shared/config.ts';
import type { StageSettings } from '../stage.ts';

/** What only a deployment knows. */
export type Names = {
  readonly segmentsTable: string;
  readonly keysTable: string;
  readonly controlTable: string;
  readonly sendQueueUrls: string;
  readonly outcomeBus: string;
  /** Where there are process functions. */
  readonly processQueueUrls?: string;
};

/** Exactly the variables that `readConfig` knows. */
export function environmentOf(stage: StageSettings, names: Names): Record<string, string> {
  return {
    [ENV.stage]: stage.name,
    [ENV.segmentsTable]: names.segmentsTable,
    [ENV.keysTable]: names.keysTable,
    [ENV.controlTable]: names.controlTable,
    [ENV.sendQueueUrls]: names.sendQueueUrls,
    [ENV.processQueueUrls]: names.processQueueUrls ?? '',
    [ENV.outcomeBus]: names.outcomeBus,
    [ENV.shards]: String(stage.shards),
    [ENV.lookaheadSeconds]: String(stage.lookaheadSeconds),
    [ENV.retentionDays]: String(stage.retentionDays),
    [ENV.allowHttp]: String(stage.allowHttp),
    [ENV.allowTargets]: stage.allowTargets.join(','),
    [ENV.targetPorts]: stage.targetPorts.join(','),
    [ENV.logLevel]: stage.logLevel,
  };
}
