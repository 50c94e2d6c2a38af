import { Token } from 'aws-cdk-lib';

/** Where a stream or topic is read from first: what it still holds, or what comes from now on. */
export type StartingPosition = 'TRIM_HORIZON' | 'LATEST';

/** It costs what SQS takes for asking it, about $0.30 a month where it is empty. */
export type QueueSource = {
  /** Of a queue with a visibility timeout of six minutes, and a redrive policy that keeps what fails for good. */
  readonly queueArn: string;
  /** Messages that a call takes at most, 1 to 10; 10 where it is left out. */
  readonly batchSize?: number;
};

/** It costs nothing beyond the calls; each shard has one at a time. */
export type StreamSource = {
  readonly streamArn: string;
  /** `TRIM_HORIZON` where it is left out. */
  readonly startingPosition?: StartingPosition;
  /** Records that a call takes at most, 1 to 100; 100 where it is left out. */
  readonly batchSize?: number;
};

/** Of MSK, with IAM or with the secret of a user for SASL/SCRAM; or one that the internet reaches, with such a secret. */
export type Cluster =
  | { readonly clusterArn: string; readonly secretArn?: string }
  | { readonly bootstrapServers: readonly string[]; readonly secretArn: string };

/**
 * Lambda takes partial answers of a topic in provisioned mode only: $0.185 an hour for four event pollers; topics of one
 * cluster of MSK share them.
 */
export type TopicSource = Cluster & {
  readonly topics: readonly string[];
  /** `TRIM_HORIZON` where it is left out. */
  readonly startingPosition?: StartingPosition;
  /** Records that a call takes at most, 1 to 100; 100 where it is left out. */
  readonly batchSize?: number;
  /** Event pollers of each topic at most, 1 to 200; 1 where it is left out. Each takes 5 MB a second. */
  readonly pollers?: number;
};

/** What feeds a process function with elements; `input` is `main` where it is left out. */
export type ProcessSource = { readonly process: string; readonly input?: string } & (
  | { readonly sqs: QueueSource }
  | { readonly kinesis: StreamSource }
  | { readonly kafka: TopicSource }
);

/** As `SOURCES_ENV` takes it: one for each queue, stream and topic. */
export type Route = {
  readonly arn: string | null;
  readonly topic: string | null;
  readonly process: string;
  readonly input: string;
};

/** Also the most that is taken: beyond it, what comes again of one batch would not all be known to a key. */
export const DEFAULT_BATCH = { queue: 10, stream: 100 } as const;
const MAX_POLLERS = 200;
/** Of the 4 KB that all variables of a function may have. */
const MAX_ROUTES_CHARS = 3000;
const TOPIC = /^[\w.-]{1,150}$/;

const placesOf = (source: ProcessSource): readonly Pick<Route, 'arn' | 'topic'>[] => {
  if ('sqs' in source) return [{ arn: source.sqs.queueArn, topic: null }];
  if ('kinesis' in source) return [{ arn: source.kinesis.streamArn, topic: null }];
  const arn = 'clusterArn' in source.kafka ? source.kafka.clusterArn : null;
  return source.kafka.topics.map((topic) => ({ arn, topic }));
};

/** Which process takes what each queue, stream and topic brings. */
export const routesOf = (sources: readonly ProcessSource[]): readonly Route[] =>
  sources.flatMap((source) =>
    placesOf(source).map((place) => ({ ...place, process: source.process, input: source.input ?? 'main' })),
  );

const isWhole = (value: number | undefined, max: number): boolean =>
  value === undefined || (Number.isInteger(value) && value >= 1 && value <= max);

/** False for what is no ARN of the service; what only a deployment knows is taken for one. */
export const isArn = (text: string, service: string): boolean =>
  Token.isUnresolved(text) || new RegExp(`^arn:[\\w-]+:${service}:[\\w-]+:\\d{12}:\\S+$`).test(text);

const kafkaFault = (kafka: TopicSource): string | undefined => {
  const wrong = kafka.topics.find((topic) => !TOPIC.test(topic));
  if (wrong !== undefined) return `has the topic "${wrong}"; a name has 1 to 150 letters, digits, ".", "_" and "-"`;
  if (kafka.topics.length === 0) return 'has no topic';
  if (!isWhole(kafka.pollers, MAX_POLLERS)) return `has ${kafka.pollers} pollers; it takes 1 to ${MAX_POLLERS}`;
  if (!('bootstrapServers' in kafka) || kafka.bootstrapServers.length > 0) return undefined;
  return 'has no bootstrap server';
};

const faultOf = (source: ProcessSource): string | undefined => {
  const max = 'sqs' in source ? DEFAULT_BATCH.queue : DEFAULT_BATCH.stream;
  const { batchSize } = 'sqs' in source ? source.sqs : 'kinesis' in source ? source.kinesis : source.kafka;
  if (!isWhole(batchSize, max)) return `has a batch size of ${batchSize}; it takes 1 to ${max}`;
  const service = 'sqs' in source ? 'sqs' : 'kinesis' in source ? 'kinesis' : 'kafka';
  const wrong = placesOf(source).find(({ arn }) => arn !== null && !isArn(arn, service));
  if (wrong) return `is "${wrong.arn}", which is no ARN of ${service}`;
  return 'kafka' in source ? kafkaFault(source.kafka) : undefined;
};

/** What keeps sources from being deployed, as the rest of a sentence about their stage; `undefined` where nothing does. */
export const sourcesFault = (sources: readonly ProcessSource[]): string | undefined => {
  for (const [n, source] of sources.entries()) {
    const fault = faultOf(source);
    if (fault !== undefined) return `has a source, number ${n + 1}, that ${fault}`;
  }
  const routes = routesOf(sources);
  const { length } = JSON.stringify(routes);
  if (length > MAX_ROUTES_CHARS) return `has sources whose names take ${length} characters; ${MAX_ROUTES_CHARS} fit`;
  const names = routes.map(({ arn, topic }) => [arn, topic].filter((part) => part !== null).join(' '));
  const twice = names.find((name, n) => names.indexOf(name) < n);
  return twice === undefined ? undefined : `has the source ${twice} twice, and one process takes what it brings`;
};
