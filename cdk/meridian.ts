import { Names } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import type { MetricName } from '../shared/ports/telemetry.ts';
import { checkStage } from './check-stage.ts';
import { Alarms } from './constructs/alarms.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { environmentOf } from './constructs/environment.ts';
import { FrontDoor } from './constructs/front-door.ts';
import { Lanes } from './constructs/lanes.ts';
import { latenessMetric, stageMetric } from './constructs/metrics.ts';
import { MinuteTick } from './constructs/minute-tick.ts';
import { nodeFunction } from './constructs/node-function.ts';
import type { Parts } from './constructs/parts.ts';
import { ProcessFunctions } from './constructs/process-functions.ts';
import { INGEST, SEND, TICK } from './constructs/sizes.ts';
import { Tables } from './constructs/tables.ts';
import { grantTables, grantTargets } from './grants.ts';
import type { StageSettings } from './stage.ts';
import { KEPT_STAGE } from './stage.ts';

/** Everything may be left out: the tables are then kept when the stack goes, and the API takes signed calls only. */
export type MeridianProps = Partial<StageSettings> & {
  /** Tables of another stack, which then survive this one; without it they are made here. */
  readonly tables?: Tables;
};

/** A whole Meridian: API → ingest → tables; every minute → tick → lanes → send → target. */
export class Meridian extends Construct implements Parts {
  readonly stage: StageSettings;
  readonly tables: Tables;
  readonly lanes: Lanes;
  /** Has an event for every message that ended and was neither sent nor cancelled; it costs $1 per million of them. */
  readonly outcomes: EventBus;
  readonly ingest: NodejsFunction;
  readonly tick: NodejsFunction;
  readonly send: NodejsFunction;
  readonly frontDoor: FrontDoor;
  readonly minuteTick: MinuteTick;
  /** Where the stage names process functions. */
  readonly processFunctions?: ProcessFunctions;
  readonly alarms: Alarms;
  /** Where the stage has one. */
  readonly dashboard?: Dashboard;

  /** Throws a sentence about the first setting that cannot be deployed. */
  constructor(scope: Construct, id: string, { tables, ...settings }: MeridianProps = {}) {
    super(scope, id);
    const stage = checkStage({ ...KEPT_STAGE, name: nameOf(this), ...settings });
    this.stage = stage;
    this.tables = tables ?? new Tables(this, 'Tables', stage);
    this.lanes = new Lanes(this, 'Lanes', { stage, workerTimeout: SEND.timeout });
    this.outcomes = new EventBus(this, 'Outcomes', { description: 'Messages that were not sent' });
    const processLanes = stage.processes && new Lanes(this, 'ProcessLanes', { stage, workerTimeout: SEND.timeout });
    const environment = environmentOf(stage, {
      segmentsTable: this.tables.segments.tableName,
      keysTable: this.tables.keys.tableName,
      controlTable: this.tables.control.tableName,
      sendQueueUrls: this.lanes.urls,
      outcomeBus: this.outcomes.eventBusName,
      ...(processLanes && { processQueueUrls: processLanes.urls }),
    });

    this.ingest = nodeFunction(this, 'Ingest', { name: 'ingest', stage, environment, ...INGEST });
    this.frontDoor = new FrontDoor(this, 'FrontDoor', { ingest: this.ingest, stage });

    this.tick = nodeFunction(this, 'Tick', { name: 'tick', stage, environment, ...TICK, reserve: stage.tickReserve });
    this.minuteTick = new MinuteTick(this, 'MinuteTick', { tick: this.tick, stage });

    this.send = nodeFunction(this, 'Send', { name: 'send', stage, environment, ...SEND, feedsItself: true });
    this.lanes.feed(this.send, stage.sendersPerLane);

    for (const name of ['ingest', 'tick', 'send'] as const) {
      grantTables(name, this[name], this.tables);
      this.lanes.grantSend(this[name]);
    }
    this.outcomes.grantPutEventsTo(this.send);
    grantTargets(this.send, stage.targets);
    if (stage.processes && processLanes) {
      for (const name of ['ingest', 'tick'] as const) processLanes.grantSend(this[name]);
      const parts = { stage, environment, tables: this.tables, frontDoor: this.frontDoor, sending: this.lanes };
      const more = { definitions: stage.processes, lanes: processLanes };
      this.processFunctions = new ProcessFunctions(this, 'Processes', { ...parts, ...more });
    }
    this.alarms = new Alarms(this, 'Alarms', this);
    if (stage.dashboard) this.dashboard = new Dashboard(this, 'Dashboard', this);
  }

  /** The address of the API, with a slash at its end. */
  get url(): string {
    return this.frontDoor.url;
  }

  /**
   * Lets `grantee` schedule, move, look up and cancel messages, and feed process functions where there are any. Throws
   * where the API does not take AWS credentials.
   */
  grantIngest(grantee: IGrantable): void {
    this.frontDoor.grantCalls(grantee, [
      'POST /v1/messages',
      'GET /v1/messages/*',
      'PUT /v1/messages/*',
      'DELETE /v1/messages/*',
      ...(this.processFunctions ? ['POST /v1/processes/*'] : []),
    ]);
  }

  /** Lets `grantee` read all that the API shows, and change nothing. Throws where the API does not take AWS credentials. */
  grantRead(grantee: IGrantable): void {
    this.frontDoor.grantCalls(grantee, ['GET /*', 'HEAD /*']);
  }

  /** Lets `grantee` make every call, those of operators included: targets, dead letters. Throws as the others do. */
  grantOperate(grantee: IGrantable): void {
    this.frontDoor.grantCalls(grantee, ['GET /*', 'HEAD /*', 'PUT /*', 'POST /*', 'DELETE /*']);
  }

  /** How late messages were, in milliseconds: the 99th percentile by the minute. */
  metricLateness(options?: MetricOptions): Metric {
    return latenessMetric(this.stage.name, options);
  }

  /** How long the oldest message that is not finished has been due, in milliseconds. */
  metricOldestDueAge(options?: MetricOptions): Metric {
    return this.metric('oldestDueAgeMs', options);
  }

  /** How far behind the clock everything is finished, in milliseconds. */
  metricSettledLag(options?: MetricOptions): Metric {
    return this.metric('settledLagMs', options);
  }

  /** Messages that were given up. */
  metricDead(options?: MetricOptions): Metric {
    return this.metric('dead', options);
  }

  /** Any of the metrics that the functions write: the sum of a counter, the maximum of a gauge, by the minute. */
  metric(name: MetricName, options?: MetricOptions): Metric {
    return stageMetric(this.stage.name, name, options);
  }
}

/** Unique in its account, since the metrics of two deployments are told apart by it. */
function nameOf(construct: Construct): string {
  const name = Names.uniqueResourceName(construct, { maxLength: 31, separator: '-' }).toLowerCase();
  return /^[a-z]/.test(name) ? name : `m${name}`;
}
