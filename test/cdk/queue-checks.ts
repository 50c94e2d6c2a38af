import type { Check, Found, Templates } from './templates.ts';
import { all, eventSources, faultsOf, first, lambda, lanes, processLanes, remove, targetOf } from './templates.ts';

const QUEUE = 'AWS::SQS::Queue';
const POLICY = 'AWS::SQS::QueuePolicy';
const THROTTLE_SECONDS = 900;
const FOURTEEN_DAYS = 1_209_600;

/** Each kind of lanes, with the function that works on them and the queue of their dead letters. */
const kinds = (templates: Templates) => [
  { queues: lanes(templates), worker: lambda(templates, 'Send'), deadLetters: 'LanesDeadLetters' },
  ...(templates.stage.processes === undefined
    ? []
    : [
        {
          queues: processLanes(templates),
          worker: lambda(templates, 'ProcessesProcess'),
          deadLetters: 'ProcessLanesDeadLetters',
        },
      ]),
];
const allLanes = (templates: Templates): Found[] => kinds(templates).flatMap(({ queues }) => queues);
const lane = (templates: Templates): Found => lanes(templates)[0] as Found;
const processLane = (templates: Templates): Found => processLanes(templates)[0] as Found;

const feeds = (mapping: Found, queue: Found): boolean => targetOf(mapping.props.EventSourceArn) === queue.id;
const sourceOf = (templates: Templates, queue: Found): Found =>
  eventSources(templates).find((mapping) => feeds(mapping, queue)) as Found;
const source = (templates: Templates): Found => sourceOf(templates, lane(templates));
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
    broken: {
      'none of send': (templates) => delete source(templates).props.FunctionResponseTypes,
      'none of process': (templates) => delete sourceOf(templates, processLane(templates)).props.FunctionResponseTypes,
    },
  },
  {
    name: 'F11 a hint stays hidden for six timeouts of its function and the batching window',
    faults: (templates) => {
      const window = Math.max(...eventSources(templates).map(({ props }) => props.MaximumBatchingWindowInSeconds ?? 0));
      return kinds(templates).flatMap(({ queues, worker }) =>
        faultsOf(queues, (queue) => visibility(queue) >= 6 * worker.props.Timeout + window),
      );
    },
    broken: {
      'the default visibility': (templates) => delete lane(templates).props.VisibilityTimeout,
      'a longer timeout': (templates) => {
        lambda(templates, 'Send').props.Timeout += 1;
      },
      'a longer one of process': (templates) => {
        lambda(templates, 'ProcessesProcess').props.Timeout += 1;
      },
      'a window': (templates) => {
        source(templates).props.MaximumBatchingWindowInSeconds = 1;
      },
    },
  },
  {
    name: 'F13 a throttle of fifteen minutes leaves every hint in its lane, with attempts to spare',
    faults: (templates) =>
      faultsOf(
        allLanes(templates),
        (queue) => receiveCount(queue) - Math.ceil(THROTTLE_SECONDS / visibility(queue)) >= 3,
      ),
    broken: {
      'few receives': (templates) => {
        lane(templates).props.RedrivePolicy.maxReceiveCount = 3;
      },
      'few receives of process': (templates) => {
        processLane(templates).props.RedrivePolicy.maxReceiveCount = 3;
      },
      'a short visibility': (templates) => {
        lane(templates).props.VisibilityTimeout = 60;
      },
    },
  },
  {
    name: 'F16 a hint that keeps failing ends among the dead letters of its lanes: RedrivePolicy',
    faults: (templates) =>
      kinds(templates).flatMap(({ queues, deadLetters }) =>
        faultsOf(queues, ({ props }) => {
          const target = targetOf(props.RedrivePolicy?.deadLetterTargetArn);
          return target === first(templates.stateless, QUEUE, deadLetters).id;
        }),
      ),
    broken: {
      ...Object.fromEntries(
        [0, 1, 2, 3].flatMap((n) => [
          [`no redrive policy of lane ${n}`, (changed: Templates) => delete lanes(changed)[n]?.props.RedrivePolicy],
          [
            `no redrive policy of lane ${n} of process`,
            (changed: Templates) => delete processLanes(changed)[n]?.props.RedrivePolicy,
          ],
        ]),
      ),
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
      return kinds(templates).flatMap(({ queues, worker }) => {
        const isWorkedOn = (queue: Found) =>
          eventSources(templates).some(
            ({ props, ...mapping }) =>
              feeds({ props, ...mapping }, queue) &&
              targetOf(props.FunctionName) === worker.id &&
              props.ScalingConfig?.MaximumConcurrency === sendersPerLane &&
              props.BatchSize <= 10 &&
              props.Enabled !== false,
          );
        return [...(queues.length === count ? [] : [`There are not ${count}.`]), ...faultsOf(queues, isWorkedOn)];
      });
    },
    broken: {
      'a lane that nobody reads': (templates) => remove(templates.stateless, source(templates)),
      'a lane of process that nobody reads': (templates) =>
        remove(templates.stateless, sourceOf(templates, processLane(templates))),
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
