import { decodeCursor } from '../../shared/api/http/cursor.ts';
import { JSON_MEDIA, mediaTypeOf, NDJSON_MEDIA } from '../../shared/api/http/media-type.ts';
import { readQuery } from '../../shared/api/http/query.ts';
import { bytesOfBody, readObject } from '../../shared/api/http/request-body.ts';
import { idempotencyKeyOf, judgeHeaderSize } from '../../shared/api/http/request-headers.ts';
import { decodeSegment, judgeKey, judgeName, judgeNewKey, judgePath } from '../../shared/api/http/request-path.ts';
import { makeJsonScanner, scanArray, scanObject } from '../../shared/api/json/scanner.ts';
import { DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { makeDraftReader } from '../../shared/api/message/draft.ts';
import { bucketQuery, deadLetterQuery, redriveSchema } from '../../shared/api/operator/schema.ts';
import { readRecord } from '../../shared/api/process/read-elements.ts';
import { judgeQueueUrl } from '../../shared/api/target/queue-url.ts';
import { targetSchema } from '../../shared/api/target/schema.ts';
import { readSealed, sealJson } from '../../shared/app/sealed-text.ts';
import { fromBase64Url } from '../../shared/core/base64url.ts';
import { isPublicAddress } from '../../shared/core/delivery/address.ts';
import { makeAllowList } from '../../shared/core/delivery/allow-list.ts';
import { toHeaderText } from '../../shared/core/delivery/header-text.ts';
import { judgeHeaders } from '../../shared/core/delivery/headers.ts';
import { parseRetryAfter } from '../../shared/core/delivery/retry-after.ts';
import { judgeRetrySettings } from '../../shared/core/delivery/retry-settings.ts';
import { judgeTargetUrl } from '../../shared/core/delivery/target-url.ts';
import { quoted } from '../../shared/core/quoted.ts';
import { parseLogRecord } from '../../shared/core/segment/log-record.ts';
import { parseMessageId } from '../../shared/core/segment/message-id.ts';
import { decodePointer } from '../../shared/core/segment/pointer.ts';
import {
  entryOfLateLogKey,
  parseEntrySortKey,
  parsePartitionKey,
  parseUnitName,
} from '../../shared/core/segment/segment-key.ts';
import { foldLog } from '../../shared/core/segment/unit-log.ts';
import { parseDuration } from '../../shared/core/time/duration.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { parseHttpDate } from '../../shared/core/time/http-date.ts';
import { parseInstant } from '../../shared/core/time/instant.ts';
import { resolveLocalTime } from '../../shared/core/time/local-time.ts';
import { parseTimeZone, type TimeZoneName } from '../../shared/core/time/zone.ts';
import { PROCESS } from './snapshot.ts';

/** A reader of text from outside or from the store, with texts that it takes. */
export type TextReader = {
  readonly read: (text: string) => unknown;
  readonly examples: readonly string[];
};

const NOW = epochMs(Date.UTC(2026, 10, 21, 9));
const DAY_MS = 86_400_000;
const ALLOW = makeAllowList(['127.0.0.1', 'fd00::/8', 'partner.internal']);
const LATE = 'L#001795420800000#AAAAAAAAAAA';
const ID = 'msg_EAABzZkIAAMAB0AAAAAAAAAAAF';
const RECORD =
  '{"seq":3,"nonce":"n","at":5,"epoch":2,"owner":"w","until":9,"sent":[{"e":"E#1","i":[0,3],"l":[1,2,3]}],' +
  '"started":[{"e":"E#1","i":[7,1]}],"ended":[{"e":"E#1","i":4,"k":"dead","attempts":1}],"confirmed":-1,' +
  '"carries":[{"minute":7,"shard":1,"sk":"L#1","items":[{"e":"E#1","i":5,"dueAt":9,"attempt":2}]}],' +
  '"ledger":{"accepted":1},"voids":0,"settled":false}';
const MESSAGE =
  '{"id":"a","target":"push","local":"2026-11-22T09:00","timeZone":"Asia/Tokyo","spread":"PT5M","payload":{"n":[1]},"headers":{"x-a":"b"}}';
const TARGET =
  '{"kind":"http","url":"https://push.example.com/","timeout":"PT5S","retry":{"maxAttempts":3,"schedule":["PT1S"]},"headers":{"x":"y"}}';

const PLACE = { table: 'control', pk: 'p', sk: 's', version: 1 } as const;

const scanner = makeJsonScanner(DEFAULT_LIMITS);
const readKeyedDraft = makeDraftReader('keyed', DEFAULT_LIMITS);
const readBulkDraft = makeDraftReader('bulk', DEFAULT_LIMITS);
const bytesOf = (body: string) => bytesOfBody({ body }, DEFAULT_LIMITS.bodyBytes);

/** Every reader of text; each answers or refuses, and never throws but what it says. */
export const TEXT_READERS: Readonly<Record<string, TextReader>> = {
  instant: { read: parseInstant, examples: ['2026-11-22T09:00:00.123456789+09:00', '2026-11-22T00:00:00Z'] },
  'local time': {
    read: (text) => resolveLocalTime(text, 'America/New_York' as TimeZoneName, { gap: 'reject', overlap: 'reject' }),
    examples: ['2026-11-22T09:00', '2027-03-14T03:30:00', '2026-11-01T02:30:00.123'],
  },
  'time zone': {
    read: (text) => parseTimeZone(text),
    examples: ['Asia/Tokyo', 'utc', 'Etc/GMT+5', 'America/Indiana/Knox'],
  },
  duration: { read: (text) => parseDuration(text, DAY_MS), examples: ['PT5M', 'PT2H3M4.5S', 'PT0.001S'] },
  'http date': { read: parseHttpDate, examples: ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT'] },
  'retry-after': {
    read: (text) => parseRetryAfter(text, NOW),
    examples: ['120', '1.5', 'Sun, 06 Nov 2094 08:49:37 GMT'],
  },
  'message id': { read: parseMessageId, examples: [ID] },
  'partition key': { read: parsePartitionKey, examples: ['send#29712345#3', 'a%23b%7C#1#2'] },
  'entry sort key': { read: parseEntrySortKey, examples: [LATE] },
  'log key': { read: entryOfLateLogKey, examples: [`J#${LATE}#00000001`] },
  'unit name': { read: parseUnitName, examples: ['send#29712345#3', `send#29712345#3|${LATE}`] },
  pointer: {
    read: decodePointer,
    examples: ['{"v":1,"unit":"send#1#2"}', `{"v":1,"unit":"send#1#2","entry":"${LATE}"}`],
  },
  base64url: { read: fromBase64Url, examples: ['AAECAwQ', 'zzzz'] },
  'sealed text': {
    read: (doc) => readSealed({ ...PLACE, doc }),
    examples: [sealJson(PLACE, { a: 1 }), sealJson(PLACE, null)],
  },
  'log record': {
    read: (text) => {
      const record = parseLogRecord(text);
      return record && foldLog([record]);
    },
    examples: [RECORD],
  },
  'list cursor': { read: (text) => decodeCursor(text, /^[a-z]+$/), examples: ['cHVzaA', 'YQ'] },
  'target url': {
    read: (text) => judgeTargetUrl(text, { allowHttp: false, ports: [443], allow: ALLOW }),
    examples: [
      'https://push.example.com/hook?a=b',
      'http://127.0.0.1:9000/',
      'https://[2606:4700::1111]/',
      'https://1.1.1.1',
    ],
  },
  'queue url': {
    read: (text) => judgeQueueUrl(text, ALLOW),
    examples: ['https://sqs.eu-west-1.amazonaws.com/123456789012/q', 'http://127.0.0.1:4566/000000000000/q'],
  },
  address: { read: isPublicAddress, examples: ['8.8.8.8', '2606:4700::1111', '::ffff:127.0.0.1', 'fe80::1%eth0'] },
  'allow-list entry': {
    read: (text) => makeAllowList([text]),
    examples: ['10.0.0.0/8', 'fd00::/8', 'partner.internal', '::1'],
  },
  'retry settings': {
    read: (text) => {
      const ms = Number(text);
      return [
        judgeRetrySettings({ maxAttempts: ms }),
        judgeRetrySettings({ initialMs: ms, factor: ms, maxMs: ms, maxAttempts: 101 }),
        judgeRetrySettings({ scheduleMs: [ms, 1000], retryOn: [ms] }),
      ];
    },
    examples: ['3', '1e3', '0.5', '-1', '1e308', '101'],
  },
  'header value': { read: (text) => judgeHeaders({ 'x-a': text }), examples: ['abc', 'a b\tc'] },
  'header name': { read: (text) => judgeHeaders({ [text]: 'x', 'x-a': 'y' }), examples: ['x-b', 'X-C'] },
  'header text': { read: toHeaderText, examples: ['driver-42', '日本 %'] },
  'quoted text': { read: quoted, examples: ['abc', '日本'] },
  'idempotency key': {
    read: (text) => idempotencyKeyOf({ 'idempotency-key': text }),
    examples: ['k-1', 'a key of several words'],
  },
  'media type': {
    read: (text) => mediaTypeOf({ 'content-type': text }, [JSON_MEDIA, NDJSON_MEDIA]),
    examples: ['application/json; charset=utf-8', 'application/x-ndjson'],
  },
  'request headers': {
    read: (text) => judgeHeaderSize({ [text]: text }, DEFAULT_LIMITS) ?? 'taken',
    examples: ['x-a'],
  },
  path: {
    read: (text) => judgePath(text, DEFAULT_LIMITS.pathBytes) ?? 'taken',
    examples: ['/v1/messages/driver-42', '/v1/x%2fy'],
  },
  'path segment': {
    read: (text) => decodeSegment(text, 'encoded', '/path/key'),
    examples: ['driver%2042', '%E6%97%A5'],
  },
  key: { read: (text) => [judgeKey(text), judgeNewKey(text)], examples: ['driver-42', '日本'] },
  'target name': { read: judgeName, examples: ['push', 'a.b:c-d_e'] },
  'bucket query': {
    read: (text) => readQuery(text, bucketQuery),
    examples: ['from=2026-11-22T00:00:00Z&limit=10', 'cursor=cHVzaA&to=2026-11-22T00:00:00Z'],
  },
  'dead letter query': { read: (text) => readQuery(text, deadLetterQuery), examples: ['target=push&limit=1', ''] },
  'json object': {
    read: (text) => ({ ok: scanObject(scanner, text, 0, text.length) === undefined }),
    examples: [MESSAGE, '{"a":[{"b":null}]}'],
  },
  'json array': {
    read: (text) => ({ ok: Array.isArray(scanArray(scanner, text, 0, text.length)) }),
    examples: [`[${MESSAGE}]`, '[[],{}]'],
  },
  'keyed message': {
    read: (text) => readKeyedDraft(text, 0, text.length),
    examples: [MESSAGE.replace('"id":"a",', '')],
  },
  'bulk message': { read: (text) => readBulkDraft(text, 0, text.length), examples: [MESSAGE] },
  'record of a source': {
    read: (text) => {
      const defaults = { key: 'a', input: 'main' };
      const read = readRecord(PROCESS, Buffer.from(text), { limits: DEFAULT_LIMITS, defaults });
      return read.ok ? read : { ok: false, ...read.issue };
    },
    examples: ['{"key":"a","id":"e1","timestamp":"2026-11-22T00:00:30Z","value":{"n":[1]},"input":"main"}'],
  },
  'target body': { read: (text) => readObject(bytesOf(text), targetSchema, DEFAULT_LIMITS), examples: [TARGET] },
  'redrive body': {
    read: (text) => readObject(bytesOf(text), redriveSchema, DEFAULT_LIMITS),
    examples: ['{"target":"push","ratePerSecond":5}', `{"ids":["${ID}"]}`],
  },
};
