import { type BadRequest, GOOD, KEYED, POST, PUT, row, TARGET } from './ingest-bad-request.ts';

const methods = (
  [
    ['GET /v1/messages', 'POST'],
    ['PUT /v1/messages', 'POST'],
    ['TRACE /v1/messages', 'POST'],
    ['__proto__ /v1/messages', 'POST'],
    ['POST /v1/messages/driver-42', 'PUT, GET, HEAD, DELETE'],
    ['POST /v1/targets', 'GET, HEAD'],
    ['GET /v1/targets/push/rotate-secret', 'POST'],
    ['DELETE /healthz', 'GET, HEAD'],
  ] as const
).map(([at, allow]) => ({
  ...row('H14', 'a method that is not there', at, {}, [405, 'METHOD_NOT_ALLOWED']),
  headers: { allow },
}));

const paths = [
  ...[
    '/',
    '/v1',
    '/v2/messages',
    '/v1/messages/../admin',
    '/v1/messages/%2e%2e',
    '/v1/messages/%2E',
    '/v1//messages',
    '/v1/messages//x',
    '/v1/messages/x/',
    '/v1/messages/a/b',
    '/V1/messages/x',
    '/v1/processes',
    '/constructor',
  ].map((path) => row('H14', `GET ${path}`, `GET ${path}`, {}, [404, 'NOT_FOUND'])),
  ...['/v1/messages/%2e%2e', '/v1/messages/.', '/v1/messages/x/', '/v1/messages//'].map((path) =>
    row('H14', `PUT ${path}`, `PUT ${path}`, { body: GOOD }, [404, 'NOT_FOUND']),
  ),
  row('H14', 'a path of 4 kB', `GET /v1/messages/${'x'.repeat(4096)}`, {}, [414, 'URI_TOO_LONG']),
];

const unknownFields = [
  row('H16', 'an unknown parameter', PUT, { query: 'dryRun=1', body: GOOD }, [400, 'UNKNOWN_FIELD', '/query/dryRun']),
  row('H16', 'an unknown parameter', POST, { headers: KEYED, query: 'x', body: GOOD }, [
    400,
    'UNKNOWN_FIELD',
    '/query/x',
  ]),
  row('H16', 'an unknown parameter', 'GET /v1/status', { query: '__proto__=1' }, [
    400,
    'UNKNOWN_FIELD',
    '/query/__proto__',
  ]),
  row('H16', 'a parameter twice', 'GET /v1/targets', { query: 'limit=1&limit=2' }, [
    400,
    'DUPLICATE_FIELD',
    '/query/limit',
  ]),
  row('H16', 'an unknown field', TARGET, { body: { kind: 'none', retries: 3 } }, [400, 'UNKNOWN_FIELD', '/retries']),
  row('H16', 'an unknown field inside', TARGET, { body: { kind: 'none', retry: { attempts: 3 } } }, [
    400,
    'UNKNOWN_FIELD',
    '/retry/attempts',
  ]),
  row('H16', 'an unknown field', 'POST /v1/dead-letters/redrive', { body: { target: 'push', all: true } }, [
    400,
    'UNKNOWN_FIELD',
    '/all',
  ]),
];

/** A cursor of the list of dead letters, as nobody but its list should make it. */
const cursorOf = (place: object): string => Buffer.from(JSON.stringify(place)).toString('base64url');

const lists = [
  ...['0', '-1', '1001', '1e2', '', 'x', '1.5', '99999'].map((limit) =>
    row('H16', `limit=${limit}`, 'GET /v1/targets', { query: `limit=${limit}` }, [
      400,
      'INVALID_LIMIT',
      '/query/limit',
    ]),
  ),
  ...['x', '', '!!', 'Li4v'].map((cursor) =>
    row('H16', `cursor=${cursor}`, 'GET /v1/targets', { query: `cursor=${cursor}` }, [
      400,
      'INVALID_CURSOR',
      '/query/cursor',
    ]),
  ),
  ...[
    'x',
    'e30',
    ...[{ stripe: 8 }, { stripe: 0, after: '~~' }, { stripe: 0, after: 'k'.repeat(600) }].map(cursorOf),
  ].map((cursor) =>
    row('H16', `cursor=${cursor.slice(0, 40)}`, 'GET /v1/dead-letters', { query: `cursor=${cursor}` }, [
      400,
      'INVALID_CURSOR',
      '/query/cursor',
    ]),
  ),
  row('H16', 'a cursor of another list', 'GET /v1/buckets', { query: 'cursor=cHVzaA' }, [
    400,
    'INVALID_CURSOR',
    '/query/cursor',
  ]),
  row('D5', 'from without an offset', 'GET /v1/buckets', { query: 'from=2026-11-22T00:00' }, [
    400,
    'ZONE_OR_OFFSET_REQUIRED',
    '/query/from',
  ]),
  row('D', 'more than a day', 'GET /v1/buckets', { query: 'from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:01Z' }, [
    400,
    'INVALID_RANGE',
    '/query/to',
  ]),
  row('D', 'an empty range', 'GET /v1/buckets', { query: 'from=2026-11-22T00:00:00Z&to=2026-11-22T00:00:00Z' }, [
    400,
    'INVALID_RANGE',
    '/query/to',
  ]),
];

const keys = (
  [
    ['msg_1', 'INVALID_KEY'],
    ['%6dsg_1', 'INVALID_KEY'],
    ['x'.repeat(257), 'INVALID_KEY'],
    [encodeURIComponent(`${'é'.repeat(128)}x`), 'INVALID_KEY'],
    ['a%00b', 'INVALID_KEY'],
    ['a%0Ab', 'INVALID_KEY'],
    ['a%C2%85b', 'INVALID_KEY'],
    ['%', 'INVALID_ENCODING'],
    ['%C3%28', 'INVALID_ENCODING'],
    ['%ED%A0%80', 'INVALID_ENCODING'],
  ] as const
).map(([key, code]) =>
  row('I6', `the key ${key.slice(0, 20)}`, `PUT /v1/messages/${key}`, { body: GOOD }, [400, code, '/path/key']),
);

const names = ['%20', 'a%2Fb', 'é', 'x'.repeat(129), '%00'].map((name) =>
  row('I1', `the name ${name.slice(0, 20)}`, `PUT /v1/targets/${name}`, { body: { kind: 'none' } }, [
    400,
    'INVALID_ID',
    '/path/name',
  ]),
);

/** Methods, paths, queries, keys and names. */
export const badAddresses: readonly BadRequest[] = [
  ...methods,
  ...paths,
  ...unknownFields,
  ...lists,
  ...keys,
  ...names,
];
