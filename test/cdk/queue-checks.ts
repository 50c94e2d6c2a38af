import type { Check, Found, Templates } from './templates.ts';
import { all, eventSources, faultsOf, first, lambda, lanes, remove, targetOf } from './templates.ts';

const QUEUE = 'AWS::SQS::Queue';
const POLICY = 'AWS::SQS::QueuePolicy';
const THROTTLE_SECONDS = 900;
const FOURTEEN_DAYS = 1_209_600;

const lane = (templates: Templates): Found => lanes(templates)[0] as Found;
const source = (templates: Templates): Found => eventSources(templates)[0] as Found;
const receiveCount = ({ props }: Found): number => props.RedrivePolicy?.maxReceiveCount ?? 0;
/** SQS's own default where the template says nothing. */
const visibility = ({ props }: Found): number => props.VisibilityTimeout ?? 30;

const deadLetterQueues = ({ stateless }: Templates): Found[] =>
  all(stateless, QUEUE).filter(({ id }) => id.includes('DeadLetters'));

/** True where a policy of the queue refuses whatever comes without TLS. */
const isTlsOnly = (templates: Templates, queue: Found): boolean =>
  all(templates.stateless, POLICY)
    .filter(({ props }) => props.Queues.some((of: unknown) => targetOf(of) === queue.id))
    .flatMap(({ props }) => props.PolicyDocument.Statement)
    .some(
      ({ Effect, Condition, Resource }) =>
        Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false' && targetOf(Resource) === queue.id,
    );

export const queueChecks: readonly Check[] = [
  {
    name: 'F16 a hint that fails does not fail its whole batch: ReportBatchItemFailures',
    faults: (templates) =>
      faultsOf(eventSources(templates), ({ props }) =>
        (props.FunctionResponseTypes ?? []).includes('ReportBatchItemFailures'),
      ),
    broken: { 'no response type': (templates) => delete source(templates).props.FunctionResponseTypes },
  },
  {
    name: 'F11 a hint stays hidden for six timeouts of its function and the batching window',
    faults: (templates) => {
      const window = Math.max(...eventSources(templates).map(({ props }) => props.MaximumBatchingWindowInSeconds ?? 0));
      const least = 6 * lambda(templates, 'Send').props.Timeout + window;
      return faultsOf(lanes(templates), (queue) => visibility(queue) >= least);
    },
    broken: {
      'the default visibility': (templates) => delete lane(templates).props.VisibilityTimeout,
      'a longer timeout': (templates) => {
        lambda(templates, 'Send').props.Timeout += 1;
      },
      'a window': (templates) => {
        source(templates).props.MaximumBatchingWindowInSeconds = 1;
      },
    },
  },
  {
    name: 'F13 a throttle of fifteen minutes leaves every hint in its lane, with attempts to spare',
    faults: (templates) =>
      faultsOf(lanes(templates), (queue) => receiveCount(queue) - Math.ceil(THROTTLE_SECONDS / visibility(queue)) >= 3),
    broken: {
      'few receives': (templates) => {
        lane(templates).props.RedrivePolicy.maxReceiveCount = 3;
      },
      'a short visibility': (templates) => {
        lane(templates).props.VisibilityTimeout = 60;
      },
    },
  },
  {
    name: 'a hint that keeps failing ends among the dead letters of the lanes',
    faults: (templates) =>
      faultsOf(lanes(templates), ({ props }) => {
        const target = targetOf(props.RedrivePolicy?.deadLetterTargetArn);
        return target === first(templates.stateless, QUEUE, 'LanesDeadLetters').id;
      }),
    broken: {
      'no redrive policy': (templates) => delete lane(templates).props.RedrivePolicy,
      'another queue': (templates) => {
        lane(templates).props.RedrivePolicy.deadLetterTargetArn = { 'Fn::GetAtt': [lane(templates).id, 'Arn'] };
      },
    },
  },
  {
    name: 'dead letters are kept for fourteen days',
    faults: (templates) =>
      faultsOf(deadLetterQueues(templates), ({ props }) => props.MessageRetentionPeriod === FOURTEEN_DAYS),
    broken: {
      'the default of four days': (templates) =>
        delete first(templates.stateless, QUEUE, 'MinuteTickDeadLetters').props.MessageRetentionPeriod,
      'fewer for the lanes': (templates) => {
        first(templates.stateless, QUEUE, 'LanesDeadLetters').props.MessageRetentionPeriod = 345_600;
      },
    },
  },
  {
    name: 'every lane is worked on, by as many senders as the stage says and no more',
    faults: (templates) => {
      const { sendersPerLane, lanes: count } = templates.stage;
      const faults = lanes(templates).length === count ? [] : [`There are not ${count}.`];
      const feeds =
        (queue: Found) =>
        ({ props }: Found) =>
          targetOf(props.EventSourceArn) === queue.id &&
          targetOf(props.FunctionName) === lambda(templates, 'Send').id &&
          props.ScalingConfig?.MaximumConcurrency === sendersPerLane &&
          props.BatchSize <= 10 &&
          props.Enabled !== false;
      return [...faults, ...faultsOf(lanes(templates), (queue) => eventSources(templates).some(feeds(queue)))];
    },
    broken: {
      'a lane that nobody reads': (templates) => remove(templates.stateless, source(templates)),
      'a lane less': (templates) => remove(templates.stateless, lane(templates)),
      'no bound': (templates) => delete source(templates).props.ScalingConfig,
      'a source switched off': (templates) => {
        source(templates).props.Enabled = false;
      },
    },
  },
  {
    name: 'queues take nothing without TLS, unless the stage says so, and encrypt what they hold',
    faults: (templates) =>
      faultsOf(
        all(templates.stateless, QUEUE),
        (queue) =>
          isTlsOnly(templates, queue) === templates.stage.requireTls && queue.props.SqsManagedSseEnabled === true,
      ),
    broken: {
      'no queue policy': ({ stateless }) => remove(stateless, first(stateless, POLICY, 'LanesLane0')),
      'a policy that allows': ({ stateless }) => {
        first(stateless, POLICY, 'LanesLane0').props.PolicyDocument.Statement[0].Effect = 'Allow';
      },
      'no encryption': (templates) => delete lane(templates).props.SqsManagedSseEnabled,
    },
  },
];
