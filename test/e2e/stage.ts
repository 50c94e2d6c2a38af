import { fileURLToPath } from 'node:url';
import { chooseStage, type StageSettings } from '../../cdk/stage.ts';

/** Segments per minute at first, and after the deployment that finds messages pending. */
export const SHARDS = { before: 4, after: 8 } as const;

/** The close of a bucket comes before its start by so much: short, because each run waits for it. */
export const LOOKAHEAD_SECONDS = 60;

/** The stage `dev` as the test deploys it, with a receiver on this machine. */
export function stageOf(shards: number, { requireTls }: Pick<StageSettings, 'requireTls'>): StageSettings {
  return {
    ...chooseStage({ stage: 'dev' }),
    name: 'e2e',
    shards,
    lookaheadSeconds: LOOKAHEAD_SECONDS,
    allowHttp: true,
    allowTargets: ['127.0.0.1'],
    lanes: 2,
    tickReserve: 2,
    processes: fileURLToPath(new URL('processes.ts', import.meta.url)),
    requireTls,
  };
}
