import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { StageSettings } from '../stage.ts';
import type { FrontDoor } from './front-door.ts';
import type { Lanes } from './lanes.ts';
import type { MinuteTick } from './minute-tick.ts';
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
  readonly processFunctions?: { readonly source?: NodejsFunction };
};
