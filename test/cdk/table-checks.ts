import { ATTRIBUTES } from '../../shared/aws/dynamo/tables.ts';
import type { Check, Found, Templates } from './templates.ts';
import { all, faultsOf, first } from './templates.ts';

const TABLE = 'AWS::DynamoDB::Table';

const tables = ({ stateful }: Templates): Found[] => all(stateful, TABLE);
const keysTable = ({ stateful }: Templates): Found => first(stateful, TABLE, 'TablesKeys');

export const tableChecks: readonly Check[] = [
  {
    name: 'there are three tables, two text keys each, billed on demand, none of them elsewhere',
    faults: (templates) => {
      const schema = JSON.stringify([
        { AttributeName: ATTRIBUTES.pk, KeyType: 'HASH' },
        { AttributeName: ATTRIBUTES.sk, KeyType: 'RANGE' },
      ]);
      const isText = ({ AttributeType }: { AttributeType: string }) => AttributeType === 'S';
      const faults = faultsOf(
        tables(templates),
        ({ props }) =>
          JSON.stringify(props.KeySchema) === schema &&
          props.AttributeDefinitions.every(isText) &&
          props.BillingMode === 'PAY_PER_REQUEST',
      );
      if (tables(templates).length !== 3) faults.push('There are not three.');
      if (all(templates.stateless, TABLE).length > 0) faults.push('One goes with the stateless stack.');
      return faults;
    },
    broken: {
      'provisioned capacity': (templates) => delete keysTable(templates).props.BillingMode,
      'no sort key': (templates) => keysTable(templates).props.KeySchema.pop(),
      'a number as key': (templates) => {
        keysTable(templates).props.AttributeDefinitions[0].AttributeType = 'N';
      },
      'a table less': ({ stateful }) => delete stateful.Resources[first(stateful, TABLE).id],
    },
  },
  {
    name: 'F34 the store collects what expired, by the attribute that the adapter writes',
    faults: (templates) =>
      faultsOf(
        tables(templates),
        ({ props: { TimeToLiveSpecification: ttl } }) =>
          ttl?.Enabled === true && ttl.AttributeName === ATTRIBUTES.expiresAt,
      ),
    broken: {
      'no TTL': (templates) => delete keysTable(templates).props.TimeToLiveSpecification,
      'TTL off': (templates) => {
        keysTable(templates).props.TimeToLiveSpecification.Enabled = false;
      },
      'another attribute': (templates) => {
        keysTable(templates).props.TimeToLiveSpecification.AttributeName = 'ttl';
      },
    },
  },
  {
    name: 'tables can be restored to a point in time',
    faults: (templates) =>
      faultsOf(
        tables(templates),
        ({ props }) => props.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true,
      ),
    broken: {
      'no recovery': (templates) => delete keysTable(templates).props.PointInTimeRecoverySpecification,
    },
  },
  {
    name: 'a stage that keeps its data survives the deletion of its stack, another leaves nothing behind',
    faults: (templates) => {
      const { keepData } = templates.stage;
      const policy = keepData ? 'Retain' : 'Delete';
      return faultsOf(
        tables(templates),
        ({ resource, props }) =>
          resource.DeletionPolicy === policy &&
          resource.UpdateReplacePolicy === policy &&
          (props.DeletionProtectionEnabled ?? false) === keepData,
      );
    },
    broken: {
      'deletion policy': (templates) => delete keysTable(templates).resource.DeletionPolicy,
      'replacement policy': (templates) => delete keysTable(templates).resource.UpdateReplacePolicy,
      'no protection': (templates) => delete keysTable(templates).props.DeletionProtectionEnabled,
    },
  },
];
