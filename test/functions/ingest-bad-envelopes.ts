import { type BadRequest, GOOD, GOOD_TEXT, KEYED, NDJSON, POST, PUT, row, TARGET } from './ingest-bad-request.ts';

const withPayload = (payload: string) => `{"target":"push","at":"2026-11-22T00:00:00Z","payload":${payload}}`;
const nested = (levels: number) => withPayload('['.repeat(levels - 1) + ']'.repeat(levels - 1));
const manyKeys = withPayload(`{${Array.from({ length: 100_000 }, (_, n) => `"${n}":0`).join()}}`);
const padded = (bytes: number) => GOOD_TEXT + ' '.repeat(bytes - GOOD_TEXT.length);

const noBody = [PUT, POST, TARGET, 'POST /v1/dead-letters/redrive'].flatMap((at) => [
  row('H1', `no body at ${at}`, at, { headers: KEYED }, [400, 'BODY_REQUIRED']),
  row('H1', `an empty body at ${at}`, at, { headers: KEYED, body: '' }, [400, 'BODY_REQUIRED']),
]);

const notAnObject = ['null', '42', '"x"', '[]', 'true'].flatMap((body) => [
  row('H2', `${body} for a message`, PUT, { body }, [400, 'NOT_AN_OBJECT']),
  row('H2', `${body} for a target`, TARGET, { body }, [400, 'NOT_AN_OBJECT']),
  ...(body === '[]'
    ? []
    : [row('H2', `${body} for messages`, POST, { headers: KEYED, body }, [400, 'NOT_AN_OBJECT'] as const)]),
]);

const malformed = [
  '{"a":',
  '{"a":1,}',
  '{"a":1}//',
  '{"a":NaN}',
  '{"a":-Infinity}',
  "{'a':1}",
  `\ufeff${GOOD_TEXT}`,
  '{"a":1}{}',
  '[1,]',
  '[',
].flatMap((body) =>
  [PUT, POST, TARGET].map((at) =>
    row('H3', JSON.stringify(body), at, { headers: KEYED, body }, [400, 'MALFORMED_JSON']),
  ),
);

const invalidUtf8 = [
  row('H4', 'a byte that is no UTF-8', PUT, { body: new Uint8Array([0x7b, 0xff, 0x7d]) }, [400, 'INVALID_UTF8']),
  row('H4', 'a surrogate in UTF-8', POST, { headers: KEYED, body: new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]) }, [
    400,
    'INVALID_UTF8',
  ]),
  row('H5', 'base64 that is none', PUT, { event: { body: '{"a":1}!', isBase64Encoded: true }, body: 'x' }, [
    400,
    'INVALID_BASE64',
  ]),
  row('I7', 'half a surrogate pair in a text body', PUT, { body: withPayload('"\ud800"') }, [400, 'INVALID_UNICODE']),
];

const tooMuch = [
  ...[33, 5_000, 100_000].map((levels) =>
    row('H8', `${levels} levels`, PUT, { body: nested(levels) }, [400, 'TOO_DEEP']),
  ),
  row('H8', '33 levels in an array', POST, { headers: KEYED, body: `[${nested(33)}]` }, [400, 'TOO_DEEP']),
  row('H9', '100,000 keys', POST, { headers: KEYED, body: manyKeys }, [400, 'TOO_MANY_KEYS']),
  row('H9', '100,000 keys in a single message', PUT, { body: manyKeys }, [413, 'PAYLOAD_TOO_LARGE']),
  row('H10', '256 KiB and a byte', PUT, { body: padded(262_145) }, [413, 'PAYLOAD_TOO_LARGE']),
  row('H10', '256 KiB and a byte', TARGET, { body: padded(262_145) }, [413, 'PAYLOAD_TOO_LARGE']),
  row('H10', '6 MB and a byte', POST, { headers: KEYED, body: padded(6_291_457) }, [413, 'PAYLOAD_TOO_LARGE']),
  row('H10', '10 MB of lines', POST, { headers: NDJSON, body: padded(10_000_000) }, [413, 'PAYLOAD_TOO_LARGE']),
  row(
    'H15',
    '200 headers',
    PUT,
    { headers: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-${n}`, '1'])), body: GOOD },
    [431, 'HEADERS_TOO_LARGE'],
  ),
  row('H15', 'more than 10 kB of headers', PUT, { headers: { 'x-a': 'a'.repeat(10_240) }, body: GOOD }, [
    431,
    'HEADERS_TOO_LARGE',
  ]),
];

const MEDIA = [
  'text/plain',
  undefined,
  '',
  'application/json; charset=utf-16',
  'application/jsonx',
  'application/json+x',
  'application/*',
  'json',
];
const mediaTypes = [
  ...MEDIA.flatMap((type) =>
    [PUT, POST, TARGET].map((at) =>
      row('H11', `content-type ${type}`, at, { headers: { ...KEYED, 'content-type': type }, body: GOOD }, [
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ]),
    ),
  ),
  row('H11', 'lines for one message', PUT, { headers: { 'content-type': 'application/x-ndjson' }, body: GOOD }, [
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ]),
  row('H11', 'a compressed body', POST, { headers: { ...KEYED, 'content-encoding': 'gzip' }, body: GOOD }, [
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ]),
];

const idempotencyKeys = [
  row('H21', 'no Idempotency-Key', POST, { body: GOOD }, [400, 'IDEMPOTENCY_KEY_REQUIRED', '/header/Idempotency-Key']),
  row('H21', 'no Idempotency-Key', POST, { headers: { 'content-type': 'application/x-ndjson' }, body: GOOD }, [
    400,
    'IDEMPOTENCY_KEY_REQUIRED',
    '/header/Idempotency-Key',
  ]),
  ...['', ' ', 'x'.repeat(256), 'a\u0000b', 'a\tb', 'a\r\nb', 'schlüssel', ' a', 'a '].map((key) =>
    row('H23', `the key ${JSON.stringify(key)}`, POST, { headers: { 'idempotency-key': key }, body: GOOD }, [
      400,
      'INVALID_IDEMPOTENCY_KEY',
      '/header/Idempotency-Key',
    ]),
  ),
];

/** Bodies and headers that no single message is to blame for. */
export const badEnvelopes: readonly BadRequest[] = [
  ...noBody,
  ...notAnObject,
  ...malformed,
  ...invalidUtf8,
  ...tooMuch,
  ...mediaTypes,
  ...idempotencyKeys,
];
