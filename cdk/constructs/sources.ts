import { Fn, Token, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { EventSourceMappingOptions, IFunction } from 'aws-cdk-lib/aws-lambda';
import { EventSourceMapping, SourceAccessConfigurationType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DEFAULT_BATCH, type ProcessSource, type TopicSource } from '../process-source.ts';
import type { StageSettings } from '../stage.ts';

export type SourcesProps = {
  readonly stage: StageSettings;
  readonly sources: readonly ProcessSource[];
  /** The function that takes what they bring. */
  readonly worker: IFunction;
};

type Mapping = EventSourceMappingOptions & { readonly id: string };
type Grants = readonly (readonly [actions: readonly string[], ...resources: readonly string[]])[];

const READ_QUEUE = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const READ_STREAM = [
  'kinesis:DescribeStream',
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
];
const FIND_CLUSTER = ['kafka:DescribeCluster', 'kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'];
/** Event pollers stand in the network of a cluster of MSK. */
const JOIN_NETWORK = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];
const READ_SECRET = ['secretsmanager:GetSecretValue'];

const ANY_NETWORK = {
  id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
  reason: 'EC2 describes networks to everybody or nobody, and the interfaces that Lambda makes have no names before.',
};

const KEPT_ANYWAY = {
  id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
  reason: 'What can never be committed is a dead letter of its process; what is not acknowledged, its source keeps.',
};

/** The part of the id of a mapping that outlives a change of the order of sources. */
const nameOf = (arn: string, n: number): string => (Token.isUnresolved(arn) ? String(n) : arn.replace(/^.*[:/]/, ''));

/** Lambda starts a batch again at the first record that failed, or halves it where its function ended. */
const fromStream = ({ startingPosition = 'TRIM_HORIZON', batchSize = DEFAULT_BATCH.stream }: Partial<TopicSource>) => ({
  startingPosition: StartingPosition[startingPosition],
  batchSize,
  bisectBatchOnError: true,
  reportBatchItemFailures: true,
});

const groupOf = (stage: StageSettings, topic: string): string => `meridian-${stage.name}-${topic}`;

const kafkaMappings = (kafka: TopicSource, stage: StageSettings, n: number): Mapping[] => {
  const { secretArn, pollers = 1 } = kafka;
  const isMsk = 'clusterArn' in kafka;
  const place = isMsk ? { eventSourceArn: kafka.clusterArn } : { kafkaBootstrapServers: [...kafka.bootstrapServers] };
  const access = { type: SourceAccessConfigurationType.SASL_SCRAM_512_AUTH, uri: secretArn ?? '' };
  return kafka.topics.map((topic) => ({
    id: `Topic-${isMsk ? nameOf(kafka.clusterArn, n) : 'own'}-${topic}`,
    ...fromStream(kafka),
    ...place,
    kafkaTopic: topic,
    // A mapping that is made anew goes on where the one before was.
    kafkaConsumerGroupId: groupOf(stage, topic),
    ...(secretArn !== undefined && { sourceAccessConfigurations: [access] }),
    provisionedPollerConfig: {
      minimumPollers: 1,
      maximumPollers: pollers,
      ...(isMsk && { pollerGroupName: `meridian-${stage.name}-${n}` }),
    },
  }));
};

const mappingsOf = (source: ProcessSource, stage: StageSettings, n: number): Mapping[] => {
  if ('kafka' in source) return kafkaMappings(source.kafka, stage, n);
  if ('kinesis' in source) {
    const { streamArn } = source.kinesis;
    const id = `Stream-${nameOf(streamArn, n)}`;
    // Two batches of a shard at once would be two orders of event time.
    return [{ id, ...fromStream(source.kinesis), eventSourceArn: streamArn, parallelizationFactor: 1 }];
  }
  const { queueArn, batchSize = DEFAULT_BATCH.queue } = source.sqs;
  const bounds = { batchSize, maxConcurrency: stage.sendersPerLane };
  return [{ id: `Queue-${nameOf(queueArn, n)}`, ...bounds, eventSourceArn: queueArn, reportBatchItemFailures: true }];
};

/** A cluster that asks IAM for more than its address: to read these topics, as these groups. */
const readTopics = (clusterArn: string, topics: readonly string[], stage: StageSettings): Grants => {
  const within = (kind: string, name: string): string =>
    `${Fn.join(`:${kind}/`, Fn.split(':cluster/', clusterArn, 2))}/${name}`;
  return [
    [['kafka-cluster:Connect', 'kafka-cluster:DescribeClusterDynamicConfiguration'], clusterArn],
    [['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'], ...topics.map((topic) => within('topic', topic))],
    [
      ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
      ...topics.map((topic) => within('group', groupOf(stage, topic))),
    ],
  ];
};

const grantsOf = (source: ProcessSource, stage: StageSettings): Grants => {
  if ('sqs' in source) return [[READ_QUEUE, source.sqs.queueArn]];
  if ('kinesis' in source) return [[READ_STREAM, source.kinesis.streamArn]];
  const { kafka } = source;
  const secret: Grants = kafka.secretArn === undefined ? [] : [[READ_SECRET, kafka.secretArn]];
  if (!('clusterArn' in kafka)) return secret;
  const { clusterArn, topics } = kafka;
  const own = kafka.secretArn === undefined ? readTopics(clusterArn, topics, stage) : secret;
  return [[FIND_CLUSTER, clusterArn], ...own, [JOIN_NETWORK, '*']];
};

/** What feeds process functions: event source mappings, and leave to read each source. */
export class Sources extends Construct {
  constructor(scope: Construct, id: string, { stage, sources, worker }: SourcesProps) {
    super(scope, id);
    for (const [n, source] of sources.entries()) {
      for (const { id: name, ...mapping } of mappingsOf(source, stage, n)) {
        const made = new EventSourceMapping(this, name, { ...mapping, target: worker });
        Validations.of(made).acknowledge(KEPT_ANYWAY);
      }
      for (const [actions, ...resources] of grantsOf(source, stage)) {
        worker.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
        if (actions === JOIN_NETWORK && worker.role) Validations.of(worker.role).acknowledge(ANY_NETWORK);
      }
    }
  }
}
