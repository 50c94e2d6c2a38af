import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ATTRIBUTES } from '../../shared/aws/dynamo/tables.ts';
import type { TableName } from '../grants.ts';
import type { StageSettings } from '../stage.ts';

export type TablesProps = Partial<
  Pick<StageSettings, 'keepData' | 'pointInTimeRecovery' | 'customerKey' | 'warmThroughput'>
>;

/** What whoever reads or writes a table needs of the key that it is encrypted with. */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

const NOT_RESTORED = {
  id: 'AwsSolutions::AwsSolutions-DDB3',
  reason: 'The stage was told pointInTimeRecovery=false: its messages are not worth what a backup costs.',
};

/** The three tables: two text keys, on demand, garbage collected by TTL. `Table`, since emulators replace a `TableV2` on update. */
export class Tables extends Construct implements Readonly<Record<TableName, Table>> {
  readonly segments: Table;
  readonly keys: Table;
  readonly control: Table;
  /** Where the stage asks for one. */
  readonly encryptionKey?: Key;

  constructor(scope: Construct, id: string, props: TablesProps = {}) {
    super(scope, id);
    const { keepData = true, pointInTimeRecovery = true, customerKey = false, warmThroughput } = props;
    const removalPolicy = keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    if (customerKey) this.encryptionKey = new Key(this, 'Key', { enableKeyRotation: true, removalPolicy });
    const common = {
      partitionKey: { name: ATTRIBUTES.pk, type: AttributeType.STRING },
      sortKey: { name: ATTRIBUTES.sk, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: ATTRIBUTES.expiresAt,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
      deletionProtection: keepData,
      removalPolicy,
      ...(this.encryptionKey && {
        encryption: TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: this.encryptionKey,
      }),
    } satisfies TableProps;
    const warm = warmThroughput && {
      warmThroughput: {
        readUnitsPerSecond: warmThroughput.readUnits,
        writeUnitsPerSecond: warmThroughput.writeUnits,
      },
    };
    this.segments = new Table(this, 'Segments', { ...common, ...warm });
    this.keys = new Table(this, 'Keys', { ...common, ...warm });
    this.control = new Table(this, 'Control', common);
    if (!pointInTimeRecovery) Validations.of(this).acknowledge(NOT_RESTORED);
  }

  /** Lets `grantee` use the tables' key, where they have one, through DynamoDB only. */
  grantKey(grantee: IGrantable): void {
    if (!this.encryptionKey) return;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: KEY_ACTIONS,
        resources: [this.encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(this).region}.amazonaws.com` } },
      }),
    );
  }
}
