import { gapPolicies, overlapPolicies } from '../../core/time/local-time.ts';
import type { JsonScanner, Member } from '../json/scanner.ts';
import type { ApiLimits } from '../limits.ts';
import { GUARANTEES, ID_FORM } from '../schema/terms.ts';
import { type MessageDraft, type MessageKind, ON_MISSED, TRACEPARENT_FORM } from './schema.ts';

// The common shape: known fields, each once, text without escapes. Everything else is left to the schema, also all that
// is wrong, so this file can only be too strict or agree; a property test holds the two together.

type Draft = { -readonly [Name in keyof MessageDraft]: MessageDraft[Name] };

/** Puts the value of a member into the draft; false where it is not common. */
type Take = (draft: Draft, text: string, member: Member, limits: ApiLimits) => boolean;

const QUOTE = 34;
const UTF8_BYTES_PER_UNIT = 3;
const MAX_ASCII = 127;

type TextName = Exclude<keyof MessageDraft, 'payload' | 'headers'>;

const takeText =
  (name: TextName, fits?: (value: string) => boolean): Take =>
  (draft, text, member) => {
    if (member.escaped || text.charCodeAt(member.valueStart) !== QUOTE) return false;
    const value = text.slice(member.valueStart + 1, member.valueEnd - 1);
    if (fits !== undefined && !fits(value)) return false;
    (draft as Record<TextName, string>)[name] = value;
    return true;
  };

const takePayload: Take = (draft, text, member, { payloadBytes }) => {
  // A bound is enough: what is near the limit is counted on the other path.
  const units = member.valueEnd - member.valueStart;
  if (member.loneSurrogate || units * UTF8_BYTES_PER_UNIT > payloadBytes) return false;
  draft.payload = text.slice(member.valueStart, member.valueEnd);
  return true;
};

const takeHeaders: Take = (draft, text, member) => {
  if (member.loneSurrogate) return false;
  const headers: unknown = JSON.parse(text.slice(member.valueStart, member.valueEnd));
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false;
  const names = Object.keys(headers);
  const plain = names.every((name) => name !== '__proto__' && name !== 'constructor' && name !== 'prototype');
  if (!plain || names.length !== member.innerNames) return false;
  if (!Object.values(headers).every((value) => typeof value === 'string')) return false;
  draft.headers = headers as Record<string, string>;
  return true;
};

const isId = (value: string): boolean => ID_FORM.test(value);
const isTraceparent = (value: string): boolean => TRACEPARENT_FORM.test(value);
const isOneOf =
  (options: readonly string[]) =>
  (value: string): boolean =>
    options.includes(value);

const TAKES: Readonly<Record<keyof MessageDraft, Take>> = {
  id: takeText('id', isId),
  target: takeText('target', isId),
  payload: takePayload,
  at: takeText('at'),
  local: takeText('local'),
  timeZone: takeText('timeZone'),
  gap: takeText('gap', isOneOf(gapPolicies)),
  overlap: takeText('overlap', isOneOf(overlapPolicies)),
  delay: takeText('delay'),
  spread: takeText('spread'),
  notAfter: takeText('notAfter'),
  onMissed: takeText('onMissed', isOneOf(ON_MISSED)),
  headers: takeHeaders,
  delivery: takeText('delivery', isOneOf(GUARANTEES)),
  traceparent: takeText('traceparent', isTraceparent),
};

type Field = { readonly name: string; readonly take: Take; readonly bit: number };

const fields: readonly Field[] = Object.entries(TAKES).map(([name, take], index) => ({ name, take, bit: 1 << index }));
const bitOf = (wanted: string): number => fields.find(({ name }) => name === wanted)?.bit ?? 0;
const REQUIRED = bitOf('target') | bitOf('payload');
const ID = bitOf('id');

/** Length and first letter tell the fields apart. */
const shapeOf = (length: number, first: number): number => length * (MAX_ASCII + 1) + first;
const byShape: (Field | undefined)[] = [];
for (const field of fields) byShape[shapeOf(field.name.length, field.name.charCodeAt(0))] = field;

function fieldOf(text: string, { nameStart, nameEnd }: Member): Field | undefined {
  const first = text.charCodeAt(nameStart);
  const field = first <= MAX_ASCII ? byShape[shapeOf(nameEnd - nameStart, first)] : undefined;
  return field !== undefined && text.startsWith(field.name, nameStart) ? field : undefined;
}

/** The draft of the object of the last scan, `undefined` where it is not of the common shape. */
export function readCommonDraft(
  scanner: JsonScanner,
  text: string,
  kind: MessageKind,
  limits: ApiLimits,
): MessageDraft | undefined {
  const draft: Draft = { target: '', payload: '' };
  let seen = 0;
  for (let index = 0; index < scanner.count; index += 1) {
    const member = scanner.members[index] as Member;
    const field = fieldOf(text, member);
    if (field === undefined || (seen & field.bit) !== 0) return undefined;
    seen |= field.bit;
    if (!field.take(draft, text, member, limits)) return undefined;
  }
  if ((seen & REQUIRED) !== REQUIRED || (kind === 'keyed' && (seen & ID) !== 0)) return undefined;
  return draft;
}
