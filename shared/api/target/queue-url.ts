import type { AllowList } from '../../core/delivery/allow-list.ts';
import { accepted, type Parsed, refused } from '../../core/parsed.ts';
import { quoted } from '../../core/quoted.ts';

const FORM = /^(https?):\/\/([a-z0-9.-]+)(?::\d{1,5})?\/\d{12}\/[A-Za-z0-9_-]{1,80}$/;
const AWS_HOST = /^sqs\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/**
 * The URL of a queue. The SDK sends signed requests to the host that it names, so only hosts of AWS are taken, and
 * those that the operator allows.
 */
export function judgeQueueUrl(text: string, allow: AllowList): Parsed<string> {
  const [, scheme, host = ''] = FORM.exec(text) ?? [];
  const isAws = scheme === 'https' && AWS_HOST.test(host);
  if (isAws || (scheme !== undefined && (allow.hasHost(host) || allow.hasAddress(host)))) return accepted(text);
  const example = 'https://sqs.eu-west-1.amazonaws.com/123456789012/pushes';
  return refused(
    'INVALID_QUEUE_URL',
    `${quoted(text)} is not the URL of a standard SQS queue; give one such as ${example}.`,
  );
}
