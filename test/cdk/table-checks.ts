import { ATTRIBUTES } from '../../shared/aws/dynamo/tables.ts';
import type { Check, Found, Templates } from './templates.ts';
import { all, faultsOf, first, targetOf } from './templates.ts';

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
      ...Object.fromEntries(
        ['Segments', 'Keys', 'Control'].map((name) => [
          `no TTL of ${name}`,
          ({ stateful }: Templates) => delete first(stateful, TABLE, `Tables${name}`).props.TimeToLiveSpecification,
        ]),
      ),
      'TTL off': (templates) => {
        keysTable(templates).props.TimeToLiveSpecification.Enabled = false;
      },
      'another attribute': (templates) => {
        keysTable(templates).props.TimeToLiveSpecification.AttributeName = 'ttl';
      },
    },
  },
  {
    name: 'tables can be restored to a point in time where the stage says so',
    faults: (templates) =>
      faultsOf(
        tables(templates),
        ({ props }) =>
          props.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === templates.stage.pointInTimeRecovery,
      ),
    broken: {
      'no recovery': (templates) => delete keysTable(templates).props.PointInTimeRecoverySpecification,
    },
  },
  {
    name: 'tables are encrypted with a key of the account where the stage says so, one that changes every year',
    faults: (templates) => {
      const keys = all(templates.stateful, 'AWS::KMS::Key');
      const isOurs = ({ props }: Found) =>
        props.SSESpecification?.SSEEnabled === true && targetOf(props.SSESpecification.KMSMasterKeyId) === keys[0]?.id;
      if (templates.stage.customerKey) {
        return [...faultsOf(keys, ({ props }) => props.EnableKeyRotation), ...faultsOf(tables(templates), isOurs)];
      }
      return [...keys, ...tables(templates).filter(isOurs)].map(({ id }) => `${id} is not wanted.`);
    },
    broken: {
      'a key that nobody asked for': ({ stateful }) => {
        stateful.Resources.TablesKey = { Type: 'AWS::KMS::Key', Properties: {} };
      },
    },
  },
  {
    name: 'segments and keys are warm from the start where the stage says how warm',
    faults: (templates) => {
      const { warmThroughput: warm } = templates.stage;
      return faultsOf(tables(templates), ({ id, props: { WarmThroughput: found } }) => {
        const isMeant = warm !== undefined && !id.startsWith('TablesControl');
        if (!isMeant) return found === undefined;
        return found?.ReadUnitsPerSecond === warm.readUnits && found.WriteUnitsPerSecond === warm.writeUnits;
      });
    },
    broken: {
      'a warm table that nobody asked for': (templates) => {
        keysTable(templates).props.WarmThroughput = { ReadUnitsPerSecond: 20_000, WriteUnitsPerSecond: 20_000 };
      },
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
