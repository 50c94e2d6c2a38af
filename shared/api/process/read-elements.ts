import { isUtf8 } from 'node:buffer';
import type { ElementDraft } from '../../app/process/process-desk.ts';
import type { Issue } from '../../core/problem.ts';
import type { Process } from '../../core/process/definition.ts';
import { inputsOf } from '../../core/process/wiring.ts';
import { quoted } from '../../core/quoted.ts';
import { parseInstant } from '../../core/time/instant.ts';
import { LAST_MS, MS_PER_DAY } from '../../core/time/wall-time.ts';
import { makeLineSplitter } from '../bulk/line-splitter.ts';
import { problemOf } from '../http/issue-problem.ts';
import { type MediaType, NDJSON_MEDIA } from '../http/media-type.ts';
import { textOf } from '../http/request-body.ts';
import { faultIssue } from '../json/fault-issue.ts';
import { buildObject, nameOf } from '../json/object.ts';
import { type JsonScanner, makeJsonScanner, scanArray, scanObject } from '../json/scanner.ts';
import type { ApiLimits } from '../limits.ts';
import { type Checked, checkWith } from '../schema/check.ts';
import { elementSchema, recordSchema } from './schema.ts';

/** An element that can be handed on, or why not. */
export type ElementReading =
  | { readonly ok: true; readonly element: ElementDraft; readonly partition: string }
  | { readonly ok: false; readonly issue: Issue; readonly id?: string };

/** The elements of a body; `single` where it is one object and no list. */
export type ReadElements = { readonly readings: readonly ElementReading[]; readonly single: boolean };

/** The partition of elements that name none. */
export const DEFAULT_PARTITION = 'http';

const MAX_ID_CHARS = 128;

const issue = (code: string, pointer: string, detail: string): Issue => ({ code, pointer, detail });

type Fields = {
  readonly key: string;
  readonly id?: string;
  readonly timestamp?: string;
  readonly input?: string;
  readonly partition?: string;
};

/** What lies before are seconds that were taken for milliseconds, up to those of 2054 (K1). */
const FIRST_TIMESTAMP = 31 * MS_PER_DAY;
/** The last year of all stands for "never". */
const LAST_TIMESTAMP = LAST_MS - 365 * MS_PER_DAY;

/** Event time needs a timestamp, but for what is broadcast: rules are no events. */
const timestampOf = (process: Process, { timestamp, input }: Fields): number | null | Issue => {
  const refused = (code: string, detail: string): Issue => issue(code, '/timestamp', detail);
  if (timestamp === undefined) {
    if (!process.eventTime || input === 'broadcast') return null;
    return refused('NO_TIMESTAMP', 'The process is in event time: give each element the instant when it happened.');
  }
  const parsed = parseInstant(timestamp);
  if (!parsed.ok) return refused(parsed.code, parsed.detail);
  if (parsed.value >= FIRST_TIMESTAMP && parsed.value <= LAST_TIMESTAMP) return parsed.value;
  const detail = `${quoted(timestamp)} is when nothing happened; give an instant from February 1970 to the year 9998.`;
  return refused('INVALID_INSTANT', detail);
};

const draftOf = (process: Process, fields: Fields, value: unknown): ElementReading => {
  const { key, id = null, input = 'main', partition = DEFAULT_PARTITION } = fields;
  const named = id === null ? {} : { id };
  if (!inputsOf(process).includes(input)) {
    const inputs = Object.keys(process.inputs).join(', ');
    return { ok: false, ...named, issue: issue('UNKNOWN_INPUT', '/input', `There is no such input; give ${inputs}.`) };
  }
  const timestamp = timestampOf(process, fields);
  if (typeof timestamp === 'object' && timestamp !== null) return { ok: false, ...named, issue: timestamp };
  return { ok: true, element: { key, id, timestamp, value, input }, partition };
};

type Form = {
  readonly schema: typeof elementSchema | typeof recordSchema;
  /** Stand for what is left out. */
  readonly defaults: Readonly<Record<string, string>>;
};

const SENT: Form = { schema: elementSchema, defaults: {} };

const readOne = (
  process: Process,
  scanner: JsonScanner,
  {
    text,
    start,
    end,
    limits,
    form = SENT,
  }: { text: string; start: number; end: number; limits: ApiLimits; form?: Form },
): ElementReading => {
  const fault = scanObject(scanner, text, start, end);
  if (fault !== undefined) return { ok: false, issue: faultIssue(fault, limits) };
  const { value: given, issues: repeated } = buildObject(scanner, text, 'value');
  const fields = { ...form.defaults, ...given };
  const checked: Checked<Fields> = checkWith(form.schema, fields);
  const [first] = [...(checked.ok ? [] : checked.issues), ...repeated];
  const id = typeof fields.id === 'string' ? { id: fields.id.slice(0, MAX_ID_CHARS).toWellFormed() } : {};
  if (first || !checked.ok) return { ok: false, ...id, issue: first ?? issue('INVALID_REQUEST', '', 'No element.') };
  const member = scanner.members.slice(0, scanner.count).find((one) => nameOf(text, one) === 'value');
  const value = member === undefined ? undefined : JSON.parse(text.slice(member.valueStart, member.valueEnd));
  return draftOf(process, checked.value, value);
};

const readLines = (process: Process, bytes: Buffer, limits: ApiLimits): ElementReading[] => {
  const splitter = makeLineSplitter(limits.messageBytes);
  const scanner = makeJsonScanner(limits);
  const readings: ElementReading[] = [];
  for (const line of [...splitter.linesOf(bytes), ...splitter.rest()]) {
    if (typeof line !== 'string') {
      const code = line.fault === 'no-utf8' ? 'INVALID_UTF8' : 'PAYLOAD_TOO_LARGE';
      readings.push({ ok: false, issue: issue(code, '', 'The line is no UTF-8, or too long.') });
    } else if (!/^[ \t\r]*$/.test(line)) {
      readings.push(readOne(process, scanner, { text: line, start: 0, end: line.length, limits }));
    }
  }
  return readings;
};

/** Reads the element of one record of an event source; `defaults` stand for what it leaves out. */
export const readRecord = (
  process: Process,
  bytes: Buffer,
  { limits, defaults }: { readonly limits: ApiLimits; readonly defaults: Form['defaults'] },
): ElementReading => {
  if (bytes.length > limits.messageBytes) {
    return { ok: false, issue: issue('PAYLOAD_TOO_LARGE', '', `A record may have ${limits.messageBytes} bytes.`) };
  }
  if (!isUtf8(bytes)) return { ok: false, issue: issue('INVALID_UTF8', '', 'The record is no UTF-8.') };
  const text = bytes.toString('utf8');
  const form = { schema: recordSchema, defaults };
  return readOne(process, makeJsonScanner(limits), { text, start: 0, end: text.length, limits, form });
};

/** Reads the elements of a body. Throws Problem 400 for one that is no JSON as a whole, before anything is handed on. */
export const readElements = (
  process: Process,
  body: { readonly bytes: Buffer; readonly media: MediaType | undefined },
  limits: ApiLimits,
): ReadElements => {
  if (body.media === NDJSON_MEDIA) return { readings: readLines(process, body.bytes, limits), single: false };
  const text = textOf(body.bytes);
  const spans = scanArray(makeJsonScanner(limits), text, 0, text.length);
  const scanner = makeJsonScanner(limits);
  if (spans === 'not-an-array') {
    const reading = readOne(process, scanner, { text, start: 0, end: text.length, limits });
    return { readings: [reading], single: true };
  }
  if (typeof spans === 'string') throw problemOf([faultIssue(spans, limits)]);
  const readings: ElementReading[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    readings.push(readOne(process, scanner, { text, start: spans[at] ?? 0, end: spans[at + 1] ?? 0, limits }));
  }
  return { readings, single: false };
};
