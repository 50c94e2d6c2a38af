import type { StackProps } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Tables } from './constructs/tables.ts';
import type { StageSettings } from './stage.ts';

export type StatefulProps = Pick<StackProps, 'synthesizer'> & { readonly stage: StageSettings };

/** What must survive a deployment: the three tables. */
export class StatefulStack extends Stack {
  readonly tables: Tables;

  constructor(scope: Construct, id: string, { stage, ...props }: StatefulProps) {
    super(scope, id, { ...props, terminationProtection: stage.keepData, description: 'Meridian: tables' });
    this.tables = new Tables(this, 'Tables', stage);
  }
}
