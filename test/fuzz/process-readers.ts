import { JSON_MEDIA, NDJSON_MEDIA } from '../../shared/api/http/media-type.ts';
import { bytesOfBody, readObject } from '../../shared/api/http/request-body.ts';
import { DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { readElements } from '../../shared/api/process/read-elements.ts';
import { timerSchema, watermarkSchema } from '../../shared/api/process/schema.ts';
import { parseTimerId } from '../../shared/api/process/timer-id.ts';
import { decodeNamed, encodeNamed } from '../../shared/app/process/named-record.ts';
import { decodeHint } from '../../shared/app/process/timer-hint.ts';
import { decodeWavePointer } from '../../shared/app/process/wave-pointer.ts';
import { decodeRedrive } from '../../shared/app/redrive-letter.ts';
import { parseElement } from '../../shared/core/process/parse-element.ts';
import { ProcessError } from '../../shared/core/process/process-error.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { CAST } from './process-cast.ts';
import { PROCESS } from './snapshot.ts';
import type { TextReader } from './text-readers.ts';

const NOW = epochMs(Date.UTC(2026, 10, 21, 9));
const PLACE = { table: 'control', pk: 'watermark#kept', sk: '-' } as const;
const ELEMENT = '{"key":"a","id":"e1","timestamp":"2026-11-22T00:00:30Z","value":{"n":[1]},"input":"main"}';
const [LEADER = PROCESS] = CAST;

const bytesOf = (body: string) => bytesOfBody({ body }, DEFAULT_LIMITS.bodyBytes);

/** Many good lines take their time, each the same: of what makes one slow, so many are enough. */
const MOST_LINES_CHARS = 50_000;

/** Refused where there is none, or where the first that is bad says why. */
const readBody = (text: string, media: typeof JSON_MEDIA | typeof NDJSON_MEDIA): unknown => {
  const { readings } = readElements(PROCESS, { bytes: bytesOf(text), media }, DEFAULT_LIMITS);
  const bad = readings.find(({ ok }) => !ok);
  return bad && !bad.ok ? { ok: false, issues: readings.flatMap((one) => (one.ok ? [] : one.issue)) } : readings;
};

/** What a schema of a process makes of any JSON. */
const readValue = (text: string): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  try {
    return parseElement(LEADER, 'main', value);
  } catch (error) {
    if (error instanceof ProcessError) return { ok: false, detail: error.message };
    throw error;
  }
};

/** Readers of what is sent to process functions, of what their queues carry, and of what stands in their timeline. */
export const PROCESS_READERS: Readonly<Record<string, TextReader>> = {
  elements: { read: (text) => readBody(text, JSON_MEDIA), examples: [ELEMENT, `[${ELEMENT},${ELEMENT}]`] },
  'lines of elements': {
    read: (text) => readBody(text.slice(0, MOST_LINES_CHARS), NDJSON_MEDIA),
    examples: [`${ELEMENT}\n\n${ELEMENT}\r\n`],
  },
  'value of an element': { read: readValue, examples: ['{"n":1}', '{"n":1e308,"more":[]}'] },
  'watermark body': {
    read: (text) => readObject(bytesOf(text), watermarkSchema, DEFAULT_LIMITS),
    examples: ['{"partition":"p0","input":"main","watermark":"2026-11-22T01:00:00Z"}', '{"end":true}'],
  },
  'timer body': {
    read: (text) => readObject(bytesOf(text), timerSchema, DEFAULT_LIMITS),
    examples: ['{"timestamp":"2026-11-22T09:00:00Z"}'],
  },
  'timer id': { read: parseTimerId, examples: ['event:1795219260000', 'processing:-5:silence', 'event:0:a:b'] },
  'wave pointer': {
    read: decodeWavePointer,
    examples: ['{"v":1,"process":"kept","at":1780000000000}', '{"v":1,"process":"kept"}'],
  },
  'timer hint': { read: (text) => decodeHint(text, NOW), examples: ['["a",3,1795219260000]', '["日本",0,0,"o"]'] },
  'redrive of a letter': { read: decodeRedrive, examples: ['{"dead":"dead_1795219260000_AAAAAAAAAAA"}'] },
  'record of a process': {
    read: (doc) => decodeNamed({ ...PLACE, doc }, 'kept'),
    examples: [encodeNamed('kept', { firedThrough: 5 })],
  },
};
