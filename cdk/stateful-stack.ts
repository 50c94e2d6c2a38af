import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Tables } from './constructs/tables.ts';
import type { StageSettings } from './stage.ts';

/** What must survive a deployment: the three tables. */
export class StatefulStack extends Stack {
  readonly tables: Tables;

  constructor(scope: Construct, id: string, stage: StageSettings) {
    super(scope, id, { terminationProtection: stage.keepData, description: 'Meridian: tables' });
    this.tables = new Tables(this, 'Tables', { keep: stage.keepData });
  }
}
