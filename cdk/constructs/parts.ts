import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { StageSettings } from '../stage.ts';
import type { FrontDoor } from './front-door.ts';
import type { Lanes } from './lanes.ts';
import type { MinuteTick } from './minute-tick.ts';
import { INGEST, SEND, SOURCE, TICK } from './sizes.ts';
import type { Tables } from './tables.ts';

/** What a deployment is made of, for whoever watches it. */
export type Parts = {
  readonly stage: StageSettings;
  readonly tables: Tables;
  readonly frontDoor: FrontDoor;
  readonly ingest: NodejsFunction;
  readonly minuteTick: MinuteTick;
  readonly tick: NodejsFunction;
  readonly lanes: Lanes;
  readonly send: NodejsFunction;
  readonly processFunctions?: {
    readonly process: NodejsFunction;
    readonly elements: NodejsFunction;
    readonly source?: NodejsFunction;
    readonly lanes: Lanes;
  };
};

/** A function, and what it is billed by. */
export type Worker = { readonly name: string; readonly lambda: NodejsFunction; readonly memoryMb: number };

/** All functions but the authorizer of API keys, which hardly runs. */
export function workersOf({ ingest, tick, send, processFunctions }: Parts): readonly Worker[] {
  const workers = [
    { name: 'ingest', lambda: ingest, ...INGEST },
    { name: 'tick', lambda: tick, ...TICK },
    { name: 'send', lambda: send, ...SEND },
  ];
  if (!processFunctions) return workers;
  const { process, elements, source } = processFunctions;
  workers.push({ name: 'process', lambda: process, ...SEND }, { name: 'elements', lambda: elements, ...INGEST });
  return source ? [...workers, { name: 'source', lambda: source, ...SOURCE }] : workers;
}

/** The queues of hints of messages, and those of process functions where there are any. */
export function lanesOf({ lanes, processFunctions }: Parts): readonly Lanes[] {
  return processFunctions ? [lanes, processFunctions.lanes] : [lanes];
}
