import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { ATTRIBUTES } from '../../shared/aws/dynamo/tables.ts';
import type { TableName } from '../grants.ts';

export type TablesProps = {
  /** They outlive their stack and refuse to be deleted. */
  readonly keep: boolean;
};

/** The three tables: two text keys, on demand, garbage collected by TTL. `Table`, since emulators replace a `TableV2` on update. */
export class Tables extends Construct implements Readonly<Record<TableName, Table>> {
  readonly segments: Table;
  readonly keys: Table;
  readonly control: Table;

  constructor(scope: Construct, id: string, { keep }: TablesProps) {
    super(scope, id);
    const table = (name: string) =>
      new Table(this, name, {
        partitionKey: { name: ATTRIBUTES.pk, type: AttributeType.STRING },
        sortKey: { name: ATTRIBUTES.sk, type: AttributeType.STRING },
        billingMode: BillingMode.PAY_PER_REQUEST,
        timeToLiveAttribute: ATTRIBUTES.expiresAt,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: keep,
        removalPolicy: keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      });
    this.segments = table('Segments');
    this.keys = table('Keys');
    this.control = table('Control');
  }
}
