import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Tables } from './constructs/tables.ts';
import { firstMessage } from './first-message.ts';
import { Meridian } from './meridian.ts';
import type { StageSettings } from './stage.ts';

export type StatelessProps = Pick<StackProps, 'synthesizer'> & {
  readonly stage: StageSettings;
  readonly tables: Tables;
};

/** Everything but the tables; it holds nothing that must survive. */
export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, { stage, tables, ...props }: StatelessProps) {
    super(scope, id, { ...props, description: 'Meridian: API, functions and queues' });
    // The name that CDK leaves out of the names of resources: those are as they were before there was the construct.
    const { url, lanes, outcomes, dashboard } = new Meridian(this, 'Default', { ...stage, tables });
    this.output({
      ApiUrl: url,
      SendQueueUrls: lanes.urls,
      OutcomeBus: outcomes.eventBusName,
      SegmentsTable: tables.segments.tableName,
      KeysTable: tables.keys.tableName,
      ControlTable: tables.control.tableName,
      ...(dashboard && { Dashboard: dashboard.dashboard.dashboardName }),
      ...firstMessage({ url, region: this.region, auth: stage.auth }),
    });
  }

  private output(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}
