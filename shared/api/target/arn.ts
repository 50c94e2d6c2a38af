import { accepted, type Parsed, refused } from '../../core/parsed.ts';
import { quoted } from '../../core/quoted.ts';

const ARN = /^arn:aws[a-z-]{0,20}:([a-z]+):([a-z0-9-]{1,32}):\d{12}:(.+)$/;
const TOPIC = /^[A-Za-z0-9_-]{1,256}$/;
const BUS = /^event-bus\/[A-Za-z0-9._/-]{1,256}$/;
const BUS_NAME = /^[A-Za-z0-9._/-]{1,256}$/;
const FUNCTION = /^function:[A-Za-z0-9_-]{1,64}(?::(?:\$LATEST|[A-Za-z0-9_-]{1,128}))?$/;

type Form = { readonly service: string; readonly resource: RegExp; readonly code: string; readonly takes: string };

/** The ARN of a standard topic in `region`. */
export const judgeTopicArn = (text: string, region: string): Parsed<string> =>
  judgeArn(text, region, {
    service: 'sns',
    resource: TOPIC,
    code: 'INVALID_TOPIC_ARN',
    takes: `the ARN of a standard SNS topic; give one such as arn:aws:sns:${region}:123456789012:pushes`,
  });

/** The ARN of a function in `region`, with or without a version or alias. */
export const judgeFunctionArn = (text: string, region: string): Parsed<string> =>
  judgeArn(text, region, {
    service: 'lambda',
    resource: FUNCTION,
    code: 'INVALID_FUNCTION_ARN',
    takes: `the ARN of a Lambda function; give one such as arn:aws:lambda:${region}:123456789012:function:push:live`,
  });

/** The name of an event bus of this account, or the ARN of one in `region`. */
export const judgeEventBus = (text: string, region: string): Parsed<string> =>
  BUS_NAME.test(text)
    ? accepted(text)
    : judgeArn(text, region, {
        service: 'events',
        resource: BUS,
        code: 'INVALID_EVENT_BUS',
        takes: `the name or ARN of an event bus; give one such as arn:aws:events:${region}:123456789012:event-bus/pushes`,
      });

function judgeArn(text: string, region: string, { service, resource, code, takes }: Form): Parsed<string> {
  const [, ofService, ofRegion = '', rest = ''] = ARN.exec(text) ?? [];
  if (ofService !== service || !resource.test(rest)) return refused(code, `${quoted(text)} is not ${takes}.`);
  if (ofRegion === region) return accepted(text);
  return refused('WRONG_REGION', `${quoted(text)} is in ${ofRegion}, and this deployment sends in ${region} only.`);
}
