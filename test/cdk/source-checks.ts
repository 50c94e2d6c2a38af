import { DEFAULT_BATCH, type ProcessSource } from '../../cdk/process-source.ts';
import { readSources, SOURCES_ENV } from '../../shared/config.ts';
import { LIMITS } from '../../shared/core/process/limits.ts';
import type { Check, Found, Json, Templates } from './templates.ts';
import { alarms, eventSources, faultsOf, first, lambda, remove, targetOf } from './templates.ts';

const arn = (rest: string): string => `arn:aws:${rest}`;

export const QUEUE = arn('sqs:eu-west-1:123456789012:beats');
export const STREAM = arn('kinesis:eu-west-1:123456789012:stream/clicks');
const CLUSTER_PATH = 'main/6a7b8c9d-1234-4321-abcd-0123456789ab-1';
const CLUSTER = arn(`kafka:eu-west-1:123456789012:cluster/${CLUSTER_PATH}`);
const SECRET = arn('secretsmanager:eu-west-1:123456789012:secret:kafka-AbCdEf');
const OTHER_CLUSTER = arn('kafka:eu-west-1:123456789012:cluster/other/1a7b8c9d-1234-4321-abcd-0123456789ab-2');

/** One of each kind. */
export const SOURCES: readonly ProcessSource[] = [
  { process: 'heartbeat', sqs: { queueArn: QUEUE } },
  { process: 'rolling-sessions', kinesis: { streamArn: STREAM, startingPosition: 'LATEST', batchSize: 50 } },
  { process: 'tumbling-sum', kafka: { clusterArn: CLUSTER, topics: ['sums', 'more'], pollers: 3 } },
  { process: 'tumbling-sum', kafka: { clusterArn: OTHER_CLUSTER, secretArn: SECRET, topics: ['sums'] } },
  {
    process: 'periodic-sum',
    input: 'main',
    kafka: { bootstrapServers: ['b-1.example.com:9094'], secretArn: SECRET, topics: ['sums'] },
  },
];

const within = (kind: string, name: string): string =>
  arn(`kafka:eu-west-1:123456789012:${kind}/${CLUSTER_PATH}/${name}`);

/** All that the role may do to sources, by the resource; this is the snapshot that a review of a new grant changes. */
const ALLOWED: Readonly<Record<string, string>> = {
  [QUEUE]: 'sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage',
  [STREAM]:
    'kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards',
  [CLUSTER]:
    'kafka-cluster:Connect kafka-cluster:DescribeClusterDynamicConfiguration kafka:DescribeCluster kafka:DescribeClusterV2 kafka:GetBootstrapBrokers',
  [within('topic', 'sums')]: 'kafka-cluster:DescribeTopic kafka-cluster:ReadData',
  [within('topic', 'more')]: 'kafka-cluster:DescribeTopic kafka-cluster:ReadData',
  [within('group', 'meridian-dev-sums')]: 'kafka-cluster:AlterGroup kafka-cluster:DescribeGroup',
  [within('group', 'meridian-dev-more')]: 'kafka-cluster:AlterGroup kafka-cluster:DescribeGroup',
  [OTHER_CLUSTER]: 'kafka:DescribeCluster kafka:DescribeClusterV2 kafka:GetBootstrapBrokers',
  [SECRET]: 'secretsmanager:GetSecretValue',
  '*': 'ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs',
};

const worker = (templates: Templates): Found => lambda(templates, 'ProcessesSource');

const mappings = (templates: Templates): Found[] =>
  eventSources(templates).filter(({ props }) => targetOf(props.FunctionName) === worker(templates).id);

const mapping = (templates: Templates, name: string): Found => {
  const found = mappings(templates).find(({ id }) => id.includes(name));
  if (!found) throw new Error(`There is no mapping ${name}.`);
  return found;
};

const isStream = ({ props }: Found): boolean => props.StartingPosition !== undefined;
const isTopic = ({ props }: Found): boolean => props.Topics !== undefined;

const list = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

const statements = ({ stateless }: Templates): Json[] =>
  first(stateless, 'AWS::IAM::Policy', 'ProcessesSourceRole').props.PolicyDocument.Statement;

/** What the role may do to what is not of this deployment, by the resource. */
function grantsOf(templates: Templates): Record<string, string> {
  const grants = new Map<string, Set<string>>();
  for (const { Action, Resource } of statements(templates)) {
    for (const resource of list(Resource).filter((one) => typeof one === 'string')) {
      grants.set(resource, new Set([...(grants.get(resource) ?? []), ...list(Action)]));
    }
  }
  return Object.fromEntries([...grants].map(([resource, actions]) => [resource, [...actions].sort().join(' ')]));
}

const text = (grants: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(grants).sort());

const variables = (templates: Templates): Json => worker(templates).props.Environment.Variables;

export const sourceGrantCheck: Check = {
  name: 'P20 the function may read exactly its sources',
  faults: (templates) =>
    text(grantsOf(templates)) === text(ALLOWED) ? [] : [`It may do ${text(grantsOf(templates))}.`],
  broken: {
    'an action more': (templates) =>
      statements(templates).push({ Action: 'ec2:RunInstances', Effect: 'Allow', Resource: '*' }),
  },
};

export const sourceChecks: readonly Check[] = [
  sourceGrantCheck,
  {
    name: 'a record that has to come again does not bring its whole batch again: ReportBatchItemFailures',
    faults: (templates) => {
      const faults = mappings(templates).length === 6 ? [] : ['There are not six.'];
      const reports = ({ props }: Found) => props.FunctionResponseTypes?.join() === 'ReportBatchItemFailures';
      return [...faults, ...faultsOf(mappings(templates), reports)];
    },
    broken: {
      'none of a queue': (templates) => delete mapping(templates, 'Queue').props.FunctionResponseTypes,
      'none of a stream': (templates) => delete mapping(templates, 'Stream').props.FunctionResponseTypes,
      'none of a topic': (templates) => delete mapping(templates, 'Topic').props.FunctionResponseTypes,
      'a source that nobody reads': (templates) => remove(templates.stateless, mapping(templates, 'Queue')),
    },
  },
  {
    name: 'topics are polled in provisioned mode, without which Lambda takes no partial answer of them',
    faults: (templates) =>
      faultsOf(mappings(templates).filter(isTopic), ({ props }) => props.ProvisionedPollerConfig?.MinimumPollers >= 1),
    broken: { 'on demand': (templates) => delete mapping(templates, 'Topic').props.ProvisionedPollerConfig },
  },
  {
    name: 'P10 a batch that ends its function is halved until one record is left, and a shard has one batch at a time',
    faults: (templates) =>
      faultsOf(
        mappings(templates).filter(isStream),
        ({ props }) => props.BisectBatchOnFunctionError === true && (props.ParallelizationFactor ?? 1) === 1,
      ),
    broken: {
      whole: (templates) => delete mapping(templates, 'Topic').props.BisectBatchOnFunctionError,
      'two at a time': (templates) => {
        mapping(templates, 'Stream').props.ParallelizationFactor = 2;
      },
    },
  },
  {
    name: 'P14 a key remembers the ids of a whole batch, so all that comes again at once is known',
    faults: (templates) =>
      faultsOf(
        mappings(templates),
        ({ props }) => props.BatchSize <= LIMITS.rememberedIds && DEFAULT_BATCH.stream <= LIMITS.rememberedIds,
      ),
    broken: {
      'a larger one': (templates) => {
        mapping(templates, 'Topic').props.BatchSize = LIMITS.rememberedIds + 1;
      },
      'the default of Lambda': (templates) => delete mapping(templates, 'Stream').props.BatchSize,
    },
  },
  {
    name: 'a record that fails is tried until its source gives it up',
    faults: (templates) =>
      faultsOf(
        mappings(templates).filter(isStream),
        ({ props }) => (props.MaximumRetryAttempts ?? -1) === -1 && (props.MaximumRecordAgeInSeconds ?? -1) === -1,
      ),
    broken: {
      'a few times': (templates) => {
        mapping(templates, 'Stream').props.MaximumRetryAttempts = 5;
      },
    },
  },
  {
    name: 'P24 a function that fails and a shard that is behind raise an alarm',
    faults: (templates) =>
      ['SourceErrors Errors', 'SourceLag IteratorAge'].filter((expected) => {
        const [name, metric] = expected.split(' ');
        return !alarms(templates).some(
          ({ id, props }) =>
            id.startsWith(`Alarms${name}`) &&
            props.MetricName === metric &&
            targetOf(props.Dimensions?.[0]?.Value) === worker(templates).id,
        );
      }),
    broken: {
      'no alarm': ({ stateless }) => remove(stateless, first(stateless, 'AWS::CloudWatch::Alarm', 'AlarmsSourceLag')),
      'another function': ({ stateless }) => {
        first(stateless, 'AWS::CloudWatch::Alarm', 'AlarmsSourceErrors').props.Dimensions[0].Value = { Ref: 'Send' };
      },
    },
  },
  {
    name: 'the function knows which process each source feeds',
    faults: (templates) => {
      const routes = readSources({ [SOURCES_ENV.sources]: variables(templates)[SOURCES_ENV.sources] });
      const names = routes.map(({ arn: of, topic, process, input }) => [of, topic, process, input].join(' '));
      const expected = [
        `${QUEUE}  heartbeat main`,
        `${STREAM}  rolling-sessions main`,
        `${CLUSTER} sums tumbling-sum main`,
        `${CLUSTER} more tumbling-sum main`,
        `${OTHER_CLUSTER} sums tumbling-sum main`,
        ' sums periodic-sum main',
      ];
      return names.join() === expected.join() ? [] : [`It reads ${names.join()}.`];
    },
    broken: {
      'another process': (templates) => {
        const all = variables(templates);
        all[SOURCES_ENV.sources] = all[SOURCES_ENV.sources].replace('heartbeat', 'periodic-sum');
      },
    },
  },
];
