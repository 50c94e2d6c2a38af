/** A target that is refused. */
export type BadTarget = {
  readonly id: string;
  readonly body: unknown;
  readonly status: number;
  readonly code: string;
  readonly pointer: string;
};

const url = (id: string, code: string, ...urls: readonly string[]): BadTarget[] =>
  urls.map((text) => ({ id, body: { kind: 'http', url: text }, status: 422, code, pointer: '/url' }));

const none = (id: string, fields: object, code: string, pointer: string, status = 400): BadTarget => ({
  id,
  body: { kind: 'none', ...fields },
  status,
  code,
  pointer,
});

const retry = (retry: object, code: string, pointer: string) => none('C12', { retry }, code, `/retry${pointer}`);
const queue = (queueUrl: unknown): BadTarget => ({
  id: 'U',
  body: { kind: 'sqs', queueUrl },
  status: 422,
  code: 'INVALID_QUEUE_URL',
  pointer: '/queueUrl',
});

const sns = (topicArn: string, code = 'INVALID_TOPIC_ARN') => aws({ kind: 'sns', topicArn }, code, '/topicArn');
const lambda = (functionArn: string, code = 'INVALID_FUNCTION_ARN') =>
  aws({ kind: 'lambda', functionArn }, code, '/functionArn');
const events = (eventBus: string, code = 'INVALID_EVENT_BUS') =>
  aws({ kind: 'eventbridge', eventBus }, code, '/eventBus');
const aws = (body: object, code: string, pointer: string, status = 422): BadTarget => ({
  id: 'U',
  body,
  status,
  code,
  pointer,
});
const fn = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;

/** The deployment of these tests is in eu-west-1. */
const awsTargets: readonly BadTarget[] = [
  ...[
    '',
    'pushes',
    'arn:aws:sns:eu-west-1:123456789012:pushes.fifo',
    'arn:aws:sns:eu-west-1:1234:pushes',
    'arn:aws:sns:eu-west-1:123456789012:pushes:8a21d249-4329-4871-acc6-7be709c6ea7f',
    'arn:aws:sqs:eu-west-1:123456789012:pushes',
    'arn:gcp:sns:eu-west-1:123456789012:pushes',
    ' arn:aws:sns:eu-west-1:123456789012:pushes',
  ].map((text) => sns(text)),
  sns('arn:aws:sns:us-east-1:123456789012:pushes', 'WRONG_REGION'),
  ...[
    '',
    'push',
    fn(''),
    fn('push:live:1'),
    fn('push/1'),
    fn('push:$LATER'),
    fn('x'.repeat(65)),
    `${fn('push')}\n`,
  ].map((text) => lambda(text)),
  lambda('arn:aws:lambda:us-east-1:123456789012:function:push', 'WRONG_REGION'),
  ...['', 'a b', 'x'.repeat(257), 'arn:aws:events:eu-west-1:123456789012:rule/pushes', 'arn:aws:events:event-bus/'].map(
    (text) => events(text),
  ),
  events('arn:aws:events:us-east-1:123456789012:event-bus/pushes', 'WRONG_REGION'),
  ...['', 'aws.ec2', 'é', 7].map((source) =>
    aws({ kind: 'eventbridge', eventBus: 'b', source }, 'INVALID_SOURCE', '/source', 400),
  ),
  ...['', 'x'.repeat(129)].map((detailType) =>
    aws({ kind: 'eventbridge', eventBus: 'b', detailType }, 'INVALID_DETAIL_TYPE', '/detailType', 400),
  ),
  aws({ kind: 'sns' }, 'REQUIRED', '/topicArn', 400),
  aws({ kind: 'lambda', functionArn: fn('push'), topicArn: 'x' }, 'UNKNOWN_FIELD', '/topicArn', 400),
  aws(
    { kind: 'lambda', functionArn: fn('push'), headers: { 'x-a': 'x'.repeat(1020) } },
    'INVALID_HEADER',
    '/headers',
    400,
  ),
];

export const badTargets: readonly BadTarget[] = [
  ...url(
    'U1',
    'URL_SCHEME',
    'ftp://a.example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:,x',
    'gopher://a.example.com/',
    'HTTP:relative',
    '//host/x',
    '',
  ),
  ...url('U2', 'HTTPS_REQUIRED', 'http://push.example.com/hook'),
  ...url('U3', 'URL_USERINFO', 'https://user:pass@push.example.com/', 'https://u@push.example.com/'),
  ...url('U3', 'URL_FRAGMENT', 'https://example.com#@127.0.0.1/'),
  ...url(
    'U5',
    'URL_HOST_NOT_PUBLIC',
    'https://localhost/',
    'https://LOCALHOST/',
    'https://localhost./',
    'https://a.localhost/',
    'https://a.local/',
    'https://a.internal/',
    'https://metadata.google.internal/',
    'https://instance-data/',
    'https://intranet/',
  ),
  ...url(
    'U4',
    'URL_HOST_NOT_PUBLIC',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest',
  ),
  ...url(
    'U6',
    'URL_HOST_NOT_PUBLIC',
    'https://[::]/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::7f00:1]/',
    'https://[fd00:ec2::254]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[2002:a9fe:a9fe::]/',
    'https://[2001:0:1::]/',
  ),
  ...url(
    'U8',
    'PORT_NOT_ALLOWED',
    ...[0, 22, 25, 80, 6379, 9001, 65_536].map((port) => `https://push.example.com:${port}/`),
  ),
  ...url('U10', 'URL_TOO_LONG', `https://push.example.com/${'x'.repeat(2025)}`),
  ...url('U10', 'URL_FRAGMENT', 'https://push.example.com/#x'),
  ...url('U10', 'URL_TEMPLATE', 'https://push.example.com/{{id}}'),
  { id: 'U', body: { kind: 'http' }, status: 400, code: 'REQUIRED', pointer: '/url' },
  { id: 'U', body: { kind: 'http', url: 7 }, status: 400, code: 'INVALID_TYPE', pointer: '/url' },
  {
    id: 'U',
    body: { kind: 'none', url: 'https://push.example.com/' },
    status: 400,
    code: 'UNKNOWN_FIELD',
    pointer: '/url',
  },
  ...[
    'https://sqs.example.com/123456789012/q',
    'http://sqs.eu-west-1.amazonaws.com/123456789012/q',
    'https://sqs.eu-west-1.amazonaws.com.evil.example/123456789012/q',
    'https://sqs.eu-west-1.amazonaws.com/123456789012/q.fifo',
    'https://sqs.eu-west-1.amazonaws.com/1/q',
    'http://127.0.0.1:1/123456789012/q',
    'q',
    '',
  ].map(queue),
  ...awsTargets,
  ...['ses', 'HTTP', '', null, 7].map((kind) => ({
    id: '-',
    body: { kind },
    status: 422,
    code: 'KIND_NOT_SUPPORTED',
    pointer: '/kind',
  })),
  { id: '-', body: {}, status: 400, code: 'REQUIRED', pointer: '/kind' },
  {
    id: 'H7',
    body: JSON.parse('{"kind":"none","retry":{"__proto__":{}}}'),
    status: 422,
    code: 'FORBIDDEN_KEY',
    pointer: '/retry/__proto__',
  },
  none('C10', { timeout: 'PT0S' }, 'INVALID_DURATION', '/timeout'),
  none('C10', { timeout: 'PT31S' }, 'INVALID_DURATION', '/timeout'),
  none('C10', { timeout: 10 }, 'INVALID_DURATION', '/timeout'),
  ...[0, -1, 1_000_001, '5', null].map((ratePerSecond) =>
    none('-', { ratePerSecond }, 'INVALID_RATE', '/ratePerSecond'),
  ),
  none('-', { delivery: 'once' }, 'INVALID_VALUE', '/delivery'),
  none('I12', { headers: { 'x-a': 'ok\r\nx' } }, 'INVALID_HEADER', '/headers/x-a'),
  none('I12', { headers: { 'x-a': ' ok' } }, 'INVALID_HEADER', '/headers/x-a'),
  none('I13', { headers: { Host: 'x' } }, 'RESERVED_HEADER', '/headers/Host'),
  none('C12', { retry: [] }, 'INVALID_TYPE', '/retry'),
  ...[-1, 1e9, 1.5].map((maxAttempts) => retry({ maxAttempts }, 'INVALID_MAX_ATTEMPTS', '/maxAttempts')),
  retry({ maxAttempts: '3' }, 'INVALID_NUMBER', '/maxAttempts'),
  retry({ initial: 'PT0S' }, 'INVALID_DURATION', '/initial'),
  retry({ schedule: ['PT5S', 'PT0S'] }, 'INVALID_DURATION', '/schedule/1'),
  retry({ schedule: 'PT5S' }, 'INVALID_LIST', '/schedule'),
  retry({ schedule: Array(101).fill('PT1S') }, 'RETRY_SCHEDULE_TOO_LONG', '/schedule'),
  retry({ schedule: ['PT1S'], factor: 2 }, 'RETRY_SCHEDULE_CONFLICT', '/schedule'),
  ...[0, 0.5, -2].map((factor) => retry({ initial: 'PT1S', factor }, 'INVALID_RETRY_FACTOR', '/factor')),
  retry({ maxAttempts: 20, schedule: ['P1D'] }, 'RETRY_HORIZON_EXCEEDED', ''),
  retry({ retryOn: [200] }, 'INVALID_RETRY_STATUS', '/retryOn/0'),
  retry({ retryOn: [404, 410] }, 'INVALID_RETRY_STATUS', '/retryOn/1'),
  retry({ retryOn: [] }, 'INVALID_LIST', '/retryOn'),
];
