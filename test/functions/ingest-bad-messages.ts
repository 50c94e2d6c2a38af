import { SECRET } from './ingest-bad-request.ts';

/** What is wrong with one message, wherever it is sent: its fields, and the refusal. */
export type BadMessage = {
  readonly id: string;
  readonly what: string;
  /** The text of the message. */
  readonly text: string;
  readonly status: number;
  readonly code: string;
  readonly pointer: string;
  /** Only a message of a bulk has this field. */
  readonly bulkOnly?: boolean;
};

type Refusal = readonly [status: number, code: string, pointer: string];

const BASE = { target: 'push', at: '2026-11-22T00:00:00Z', payload: { n: SECRET } };

/** `undefined` takes a field out. */
const bad = (id: string, fields: Readonly<Record<string, unknown>>, [status, code, pointer]: Refusal): BadMessage => {
  const text = JSON.stringify({ ...BASE, ...fields });
  return { id, what: JSON.stringify(fields).slice(0, 70), text, status, code, pointer };
};

const raw = (id: string, text: string, [status, code, pointer]: Refusal): BadMessage => ({
  id,
  what: text.slice(0, 70),
  text,
  status,
  code,
  pointer,
});

const at = (id: string, value: unknown, code: string, status = 400) => bad(id, { at: value }, [status, code, '/at']);
const local = (value: unknown, timeZone: unknown, more: object = {}) => ({
  at: undefined,
  local: value,
  timeZone,
  ...more,
});
const zone = (id: string, timeZone: unknown, code: string) =>
  bad(id, local('2026-11-22T09:00', timeZone), [400, code, '/timeZone']);
const delay = (value: unknown) => bad('C10', { at: undefined, delay: value }, [400, 'INVALID_DURATION', '/delay']);

const ids = ['', 'x'.repeat(129), 'a b', 'a\nb', 'a\u0000', '../x', '😀', 'é', 7, null].map((id) => ({
  ...bad('I1', { id }, [400, 'INVALID_ID', '/id']),
  bulkOnly: true,
}));
const targets = ['', 'a b', 'x'.repeat(129), 7, null, ['push']].map((target) =>
  bad('I1', { target }, [400, 'INVALID_TARGET', '/target']),
);

const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, '1']));
const headers = [
  bad('I12', { headers: many }, [400, 'INVALID_HEADER', '/headers']),
  bad('I12', { headers: { 'x-a': 'a'.repeat(2048), 'x-b': 'b'.repeat(2048) } }, [400, 'INVALID_HEADER', '/headers']),
  bad('I12', { headers: { 'x-a': 'ok\r\nX-Evil: 1' } }, [400, 'INVALID_HEADER', '/headers/x-a']),
  bad('I12', { headers: { 'x a': '1' } }, [400, 'INVALID_HEADER', '/headers/x a']),
  bad('I12', { headers: { '': '1' } }, [400, 'INVALID_HEADER', '/headers/']),
  bad('I12', { headers: { 'x-a': '\u0000' } }, [400, 'INVALID_HEADER', '/headers/x-a']),
  ...[' ok', 'ok ', '\tok', 'ok\t', ' ', '\t'].map((value) =>
    bad('I12', { headers: { 'x-a': value } }, [400, 'INVALID_HEADER', '/headers/x-a']),
  ),
  bad('I12', { headers: { 'x-a': '日本' } }, [400, 'INVALID_HEADER', '/headers/x-a']),
  bad('I12', { headers: { 'x-a': 1 } }, [400, 'INVALID_HEADER', '/headers/x-a']),
  ...[[], 'x-a: 1', null, 7].map((value) => bad('I12', { headers: value }, [400, 'INVALID_HEADER', '/headers'])),
  bad('I14', { headers: { 'x-a': 'a'.repeat(20_480) } }, [400, 'INVALID_HEADER', '/headers']),
];

const RESERVED = [
  'host',
  'Content-Length',
  'transfer-encoding',
  'connection',
  'Authorization',
  'cookie',
  'webhook-id',
  'Webhook-Signature',
  'idempotency-key',
  'x-amz-date',
  'X-Forwarded-For',
  'meridian-key',
  'traceparent',
];
const reserved = RESERVED.map((name) =>
  bad('I13', { headers: { [name]: 'x' } }, [400, 'RESERVED_HEADER', `/headers/${name}`]),
);

const text = [
  raw('I7', '{"target":"push","at":"2026-11-22T00:00:00Z","payload":"\\ud800"}', [400, 'INVALID_UNICODE', '/payload']),
  bad('I7', { headers: { 'x-a': '\ud800' } }, [400, 'INVALID_UNICODE', '/headers/x-a']),
  raw('I7', '{"target":"\\udc00","at":"2026-11-22T00:00:00Z","payload":1}', [400, 'INVALID_UNICODE', '/target']),
  raw('H7', '{"__proto__":{"admin":true},"target":"push","at":"2026-11-22T00:00:00Z","payload":1}', [
    422,
    'FORBIDDEN_KEY',
    '/__proto__',
  ]),
  raw('H7', '{"constructor":{"prototype":{}},"target":"push","at":"2026-11-22T00:00:00Z","payload":1}', [
    422,
    'FORBIDDEN_KEY',
    '/constructor',
  ]),
  raw('H7', '{"target":"push","at":"2026-11-22T00:00:00Z","payload":1,"headers":{"__proto__":"x"}}', [
    422,
    'FORBIDDEN_KEY',
    '/headers/__proto__',
  ]),
  raw('H16', '{"target":"push","dueAtt":"2026-11-22T00:00:00Z","payload":1}', [400, 'UNKNOWN_FIELD', '/dueAtt']),
  raw('H16', '{"target":"push","at":"2026-11-22T00:00:00Z","payload":1,"tenantId":"a"}', [
    400,
    'UNKNOWN_FIELD',
    '/tenantId',
  ]),
  raw('H16', '{"target":"push","at":"2026-11-22T00:00:00Z","payload":1,"at":"2026-11-23T00:00:00Z"}', [
    400,
    'DUPLICATE_FIELD',
    '/at',
  ]),
  bad('H10', { payload: 'p'.repeat(65_535) }, [413, 'PAYLOAD_TOO_LARGE', '/payload']),
  bad('-', { payload: undefined }, [400, 'REQUIRED', '/payload']),
  bad('-', { target: undefined }, [400, 'REQUIRED', '/target']),
  bad('-', { target: 'pushh' }, [422, 'UNKNOWN_TARGET', '/target']),
  bad('-', { delivery: 'exactly-once' }, [400, 'INVALID_VALUE', '/delivery']),
  bad('-', { onMissed: 'drop' }, [400, 'INVALID_VALUE', '/onMissed']),
  bad('-', { traceparent: '00-0-0-00' }, [400, 'INVALID_TRACEPARENT', '/traceparent']),
];

// The clock stands at 2026-11-21T09:00:00Z.
const instants = [
  at('D1', '2026-02-30T09:00:00Z', 'INVALID_DATE'),
  at('D2', 0, 'INVALID_INSTANT'),
  at('D2', '0', 'INVALID_INSTANT'),
  at('D2', '1', 'INVALID_INSTANT'),
  at('D2', 1_795_305_600_000, 'INVALID_INSTANT'),
  at('D2', null, 'INVALID_INSTANT'),
  at('D2', '', 'INVALID_INSTANT'),
  at('D4', '2026-11-22', 'ZONE_OR_OFFSET_REQUIRED'),
  at('D5', '2026-11-22T09:00', 'ZONE_OR_OFFSET_REQUIRED'),
  at('D6', '2026-11-22T24:00:00Z', 'INVALID_DATE'),
  ...['+25:00', '+18:01', '-00:00'].map((offset) => at('D8', `2026-11-22T09:00:00${offset}`, 'INVALID_INSTANT')),
  ...['+08', '+0800', '+8:00', 'z', '[UTC]'].map((offset) =>
    at('D8', `2026-11-22T09:00:00${offset}`, 'INVALID_INSTANT'),
  ),
  at('D9', '-000000-01-01T00:00:00Z', 'INVALID_INSTANT'),
  at('D9', '+10000-01-01T00:00:00Z', 'INVALID_INSTANT'),
  at('D9', '+275760-09-13T00:00:00.001Z', 'INVALID_INSTANT'),
  at('D10', '2026-11-22T09:00:00.1234567890Z', 'INVALID_INSTANT'),
  at('D12', '2026-11-21T08:54:59.999Z', 'DUE_IN_PAST', 422),
  at('D12', '2026-11-20T09:00:00Z', 'DUE_IN_PAST', 422),
  at('D12', '1970-01-01T00:00:00Z', 'DUE_IN_PAST', 422),
  at('D13', '2027-11-22T09:00:00.001Z', 'BEYOND_HORIZON', 422),
  at('D13', '9999-12-31T23:59:59Z', 'BEYOND_HORIZON', 422),
  bad('D13', { at: '2027-11-22T08:59:59Z', spread: 'PT1M' }, [422, 'BEYOND_HORIZON', '/at']),
  bad('D14', { notAfter: '2026-11-21T23:59:59.999Z' }, [422, 'NOT_AFTER_BEFORE_DUE', '/notAfter']),
  bad('D14', { notAfter: 'never' }, [400, 'INVALID_INSTANT', '/notAfter']),
  ...[
    '2026-11-22t09:00:00Z',
    '2026-11-22T09:00:00z',
    '2026-11-22 09:00:00Z',
    '20261122T090000Z',
    '2026-W47-5T09:00:00Z',
    '2026-324T09:00:00Z',
    ' 2026-11-22T09:00:00Z',
  ].map((value) => at('D15', value, 'INVALID_INSTANT')),
  bad('D16', { at: undefined }, [400, 'EXACTLY_ONE_SCHEDULE', '']),
  bad('D16', { local: '2026-11-22T09:00', timeZone: 'Asia/Tokyo' }, [400, 'EXACTLY_ONE_SCHEDULE', '/local']),
  bad('D16', { delay: 'PT1M' }, [400, 'EXACTLY_ONE_SCHEDULE', '/delay']),
  bad('D16', { at: undefined, timeZone: 'Asia/Tokyo' }, [400, 'EXACTLY_ONE_SCHEDULE', '']),
  bad('D16', { timeZone: 'Asia/Tokyo' }, [400, 'ONLY_WITH_LOCAL', '/timeZone']),
  bad('D16', { gap: 'later' }, [400, 'ONLY_WITH_LOCAL', '/gap']),
  bad('D16', local('2026-11-22T09:00', undefined), [400, 'TIME_ZONE_REQUIRED', '/timeZone']),
  bad('D5', local('2026-11-22T09:00:00Z', 'Asia/Tokyo'), [400, 'INVALID_LOCAL_TIME', '/local']),
  bad('D1', local('2026-02-30T09:00', 'Asia/Tokyo'), [400, 'INVALID_DATE', '/local']),
];

const zones = [
  ...['', null, 'null', 'x'.repeat(65), '../../etc/passwd', 'Asia/Tokyo ', 'Asia/Tokyo\u0000', 'Ａsia/Shanghai', 7].map(
    (name) => zone('Z1', name, 'INVALID_TIME_ZONE'),
  ),
  ...['Mars/Phobos', 'Asia/Beijing'].map((name) => zone('Z2', name, 'UNKNOWN_TIME_ZONE')),
  ...['Factory', 'posixrules', 'localtime', 'CST', 'BST'].map((name) => zone('Z2', name, 'INVALID_TIME_ZONE')),
  ...['GMT+5', 'UTC+8', '+8', '+08:00', '+08', '-09:30'].map((name) => zone('Z4', name, 'INVALID_TIME_ZONE')),
  bad('Z9', local('2027-11-07T01:30', 'America/New_York', { overlap: 'reject' }), [
    422,
    'LOCAL_TIME_AMBIGUOUS',
    '/local',
  ]),
  bad('F38', local('2027-03-14T02:30', 'America/New_York', { gap: 'reject' }), [
    422,
    'LOCAL_TIME_DOES_NOT_EXIST',
    '/local',
  ]),
  bad('F38', local('2027-03-14T02:30', 'America/New_York', { gap: 'skip' }), [422, 'LOCAL_TIME_SKIPPED', '/local']),
  bad('-', local('2026-11-22T09:00', 'Asia/Tokyo', { gap: 'never' }), [400, 'INVALID_VALUE', '/gap']),
  bad('-', local('2026-11-22T09:00', 'Asia/Tokyo', { overlap: 'both' }), [400, 'INVALID_VALUE', '/overlap']),
];

const durations = [
  ...[
    'P1Y',
    'PT0S',
    'PT-5M',
    '-PT5M',
    'P1M',
    'P1W',
    'PT1e3S',
    'P',
    'PT',
    '5m',
    '',
    1e308,
    300,
    null,
    'PT99999999999H',
  ].map(delay),
  delay('P367D'),
  bad('C10', { spread: 'PT0S' }, [400, 'INVALID_DURATION', '/spread']),
  bad('C10', { spread: 60 }, [400, 'INVALID_DURATION', '/spread']),
];

export const badMessages: readonly BadMessage[] = [
  ...ids,
  ...targets,
  ...headers,
  ...reserved,
  ...text,
  ...instants,
  ...zones,
  ...durations,
];
