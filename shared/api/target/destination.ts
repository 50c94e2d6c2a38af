import type { DestinationSpec } from '../../app/targets.ts';
import { type Pointed, refusedAt } from '../../core/delivery/pointed.ts';
import { judgeTargetUrl } from '../../core/delivery/target-url.ts';
import { accepted, type Parsed } from '../../core/parsed.ts';
import { judgeEventBus, judgeFunctionArn, judgeTopicArn } from './arn.ts';
import type { TargetPolicy } from './policy.ts';
import { judgeQueueUrl } from './queue-url.ts';
import type { TargetBody } from './schema.ts';

/** What rules match where a target says nothing else. */
const DEFAULT_SOURCE = 'meridian';
const DEFAULT_DETAIL_TYPE = 'Message';

/** Where a body wants messages to go; refused where it is malformed, elsewhere, or out of reach. */
export function judgeDestination(body: TargetBody, policy: TargetPolicy): Pointed<DestinationSpec> {
  switch (body.kind) {
    case 'http':
      return at('/url', judgeTargetUrl(body.url, policy), (url) => ({ kind: 'http', url }));
    case 'sqs':
      return at('/queueUrl', judgeQueueUrl(body.queueUrl, policy.allow), (queueUrl) => ({ kind: 'sqs', queueUrl }));
    case 'sns':
    case 'eventbridge':
    case 'lambda':
      return refuseUnreachable(body.kind, policy) ?? judgeService(body, policy.region);
    default:
      return accepted({ kind: body.kind });
  }
}

type ServiceBody = Extract<TargetBody, { kind: 'sns' | 'eventbridge' | 'lambda' }>;

function judgeService(body: ServiceBody, region: string): Pointed<DestinationSpec> {
  if (body.kind === 'sns') {
    return at('/topicArn', judgeTopicArn(body.topicArn, region), (topicArn) => ({ kind: 'sns', topicArn }));
  }
  if (body.kind === 'lambda') {
    return at('/functionArn', judgeFunctionArn(body.functionArn, region), (functionArn) => ({
      kind: 'lambda',
      functionArn,
    }));
  }
  const { source = DEFAULT_SOURCE, detailType = DEFAULT_DETAIL_TYPE } = body;
  return at('/eventBus', judgeEventBus(body.eventBus, region), (eventBus) => ({
    kind: 'eventbridge',
    eventBus,
    source,
    detailType,
  }));
}

function refuseUnreachable(kind: ServiceBody['kind'], { unreachable }: TargetPolicy) {
  const variable = unreachable[kind];
  if (variable === undefined) return undefined;
  const detail = `Nothing is behind targets of kind ${kind} here: set ${variable} to an endpoint and start again.`;
  return refusedAt('/kind', 'KIND_NOT_REACHABLE', detail);
}

const at = (
  pointer: string,
  judged: Parsed<string>,
  toSpec: (value: string) => DestinationSpec,
): Pointed<DestinationSpec> => (judged.ok ? accepted(toSpec(judged.value)) : { ...judged, pointer });
