import type { Issue } from '../../core/problem.ts';
import { faultIssue } from '../json/fault-issue.ts';
import { buildObject, nameOf } from '../json/object.ts';
import { type JsonScanner, type Member, makeJsonScanner, scanObject } from '../json/scanner.ts';
import type { ApiLimits } from '../limits.ts';
import { checkWith, loneSurrogate } from '../schema/check.ts';
import { readCommonDraft } from './common-draft.ts';
import { bulkMessageSchema, keyedMessageSchema, type MessageDraft, type MessageKind } from './schema.ts';

export type DraftReading =
  | { readonly ok: true; readonly draft: MessageDraft }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly ref?: string };

export type DraftReader = (text: string, start: number, end: number) => DraftReading;

const SCHEMAS = { keyed: keyedMessageSchema, bulk: bulkMessageSchema };
const MAX_REF_CHARS = 128;

/**
 * Reads messages from `text[start, end)`. Most are common ones, which a hand-written reader takes in half a
 * microsecond; every other one is judged by the schema, which alone says what is wrong. Both take the same messages.
 */
export const makeDraftReader = (kind: MessageKind, limits: ApiLimits, readCommon = readCommonDraft): DraftReader => {
  const scanner = makeJsonScanner(limits);
  return (text, start, end) => {
    const fault = scanObject(scanner, text, start, end);
    if (fault !== undefined) return { ok: false, issues: [faultIssue(fault, limits)] };
    const draft = readCommon(scanner, text, kind, limits);
    return draft === undefined ? readAnyDraft(scanner, text, kind, limits) : { ok: true, draft };
  };
};

/** Judges the object of the last scan by the schema. */
function readAnyDraft(scanner: JsonScanner, text: string, kind: MessageKind, limits: ApiLimits): DraftReading {
  const { value, issues: repeated } = buildObject(scanner, text, 'payload');
  const checked = checkWith(SCHEMAS[kind], value);
  const payload = scanner.members.slice(0, scanner.count).find((member) => nameOf(text, member) === 'payload');
  const issues = [
    ...(checked.ok ? [] : checked.issues),
    ...repeated,
    ...(payload === undefined ? [] : payloadIssues(text, payload, limits)),
  ];
  if (checked.ok && payload !== undefined && issues.length === 0) {
    return { ok: true, draft: { ...checked.value, payload: text.slice(payload.valueStart, payload.valueEnd) } };
  }
  const { id } = value;
  return { ok: false, issues, ...(typeof id === 'string' && { ref: id.slice(0, MAX_REF_CHARS).toWellFormed() }) };
}

function payloadIssues(text: string, payload: Member, { payloadBytes }: ApiLimits): Issue[] {
  if (payload.loneSurrogate) return [loneSurrogate('/payload')];
  const bytes = Buffer.byteLength(text.slice(payload.valueStart, payload.valueEnd));
  if (bytes <= payloadBytes) return [];
  const detail = `The payload has ${bytes} bytes; at most ${payloadBytes} are taken. Send a reference instead.`;
  return [{ pointer: '/payload', code: 'PAYLOAD_TOO_LARGE', detail }];
}
