import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { ENV } from '../shared/config.ts';
import { Alarms } from './constructs/alarms.ts';
import { FrontDoor } from './constructs/front-door.ts';
import { MinuteTick } from './constructs/minute-tick.ts';
import { nodeFunction } from './constructs/node-function.ts';
import { SendLanes } from './constructs/send-lanes.ts';
import type { Tables } from './constructs/tables.ts';
import type { FunctionName } from './grants.ts';
import { grantTables } from './grants.ts';
import type { StageSettings } from './stage.ts';

export type StatelessProps = { readonly stage: StageSettings; readonly tables: Tables };

/** API Gateway gives up after 30 s. */
const INGEST = { timeout: Duration.seconds(29), memoryMb: 1024 };
/** A tick gives way to the next one. */
const TICK = { timeout: Duration.seconds(55), memoryMb: 512 };
/** One whole processor at 1,769 MB: holding to the millisecond spins. */
const SEND = { timeout: Duration.seconds(60), memoryMb: 1769 };

/** The way of a message: API → ingest → tables; every minute → tick → lanes → send → target. Holds nothing that must survive. */
export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, { stage, tables }: StatelessProps) {
    super(scope, id, { description: 'Meridian: API, functions and queues' });
    const lanes = new SendLanes(this, 'Lanes', { lanes: stage.lanes, senderTimeout: SEND.timeout });
    const environment = environmentOf(stage, tables, lanes);

    const ingest = nodeFunction(this, 'Ingest', { name: 'ingest', stage, environment, ...INGEST });
    const door = new FrontDoor(this, 'FrontDoor', { ingest, stage });

    const tick = nodeFunction(this, 'Tick', { name: 'tick', stage, environment, ...TICK, reserve: stage.tickReserve });
    const everyMinute = new MinuteTick(this, 'MinuteTick', tick);

    const send = nodeFunction(this, 'Send', { name: 'send', stage, environment, ...SEND, feedsItself: true });
    lanes.feed(send, stage.sendersPerLane);

    grantAll({ ingest, tick, send }, tables, lanes);
    grantTargets(send, stage.targetQueueArns);
    new Alarms(this, 'Alarms', {
      stage: stage.name,
      tick,
      tickDeadLetters: everyMinute.deadLetters,
      sendDeadLetters: lanes.deadLetters,
    });
    this.output({ ApiUrl: door.url, SendQueueUrls: lanes.urls, ...tableNames(tables) });
  }

  private output(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}

/** Exactly the variables that `readConfig` knows. */
function environmentOf(stage: StageSettings, tables: Tables, lanes: SendLanes): Record<string, string> {
  return {
    [ENV.stage]: stage.name,
    [ENV.segmentsTable]: tables.segments.tableName,
    [ENV.keysTable]: tables.keys.tableName,
    [ENV.controlTable]: tables.control.tableName,
    [ENV.sendQueueUrls]: lanes.urls,
    [ENV.shards]: String(stage.shards),
    [ENV.lookaheadSeconds]: String(stage.lookaheadSeconds),
    [ENV.retentionDays]: String(stage.retentionDays),
    [ENV.allowHttp]: String(stage.allowHttp),
    [ENV.allowTargets]: stage.allowTargets.join(','),
    [ENV.targetPorts]: stage.targetPorts.join(','),
    [ENV.logLevel]: stage.logLevel,
  };
}

function grantAll(functions: Readonly<Record<FunctionName, NodejsFunction>>, tables: Tables, lanes: SendLanes): void {
  for (const name of ['ingest', 'tick', 'send'] as const) {
    grantTables(name, functions[name], tables);
    lanes.grantSend(functions[name]);
  }
}

function grantTargets(send: NodejsFunction, queueArns: readonly string[]): void {
  if (queueArns.length === 0) return;
  send.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [...queueArns] }));
}

function tableNames({ segments, keys, control }: Tables): Record<string, string> {
  return { SegmentsTable: segments.tableName, KeysTable: keys.tableName, ControlTable: control.tableName };
}
