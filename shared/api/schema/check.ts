import * as v from 'valibot';
import type { Issue } from '../../core/problem.ts';
import { quoted } from '../../core/quoted.ts';
import { pointerStep } from '../json/pointer.ts';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const CODED = /^([A-Z][A-Z_]+) (.*)$/s;

/** Names that change objects instead of being members of them; no control field needs them. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Checks parsed JSON; where it does not fit, says everything that is wrong, unknown fields first. */
export function checkWith<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): Checked<v.InferOutput<Schema>> {
  const forbidden = unusableText(value, '');
  if (forbidden.length > 0) return { ok: false, issues: forbidden };
  const result = v.safeParse(schema, value);
  if (result.success) return { ok: true, value: result.output };
  const issues = result.issues.map((issue) => toIssue(issue));
  const isUnknown = (issue: Issue) => issue.code === 'UNKNOWN_FIELD';
  return { ok: false, issues: [...issues.filter(isUnknown), ...issues.filter((issue) => !isUnknown(issue))] };
}

function toIssue(issue: v.BaseIssue<unknown>): Issue {
  const path = (issue.path ?? []).map((item) => String(item.key));
  const pointer = path.map(pointerStep).join('');
  const name = quoted(path.at(-1) ?? '');
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return {
      pointer,
      code: 'UNKNOWN_FIELD',
      detail: `${name} is not a field here; check its spelling or leave it out.`,
    };
  }
  const isMissing = issue.type === 'strict_object' ? issue.expected?.startsWith('"') : issue.input === undefined;
  if (isMissing) {
    return { pointer, code: 'REQUIRED', detail: `${name} is missing.` };
  }
  const [, code, detail] = CODED.exec(issue.message) ?? [];
  if (code !== undefined && detail !== undefined) return { pointer, code, detail };
  return { pointer, code: 'INVALID_TYPE', detail: `${name} must be ${expected(issue)}.` };
}

const expected = (issue: v.BaseIssue<unknown>): string =>
  issue.expected === 'Object' ? 'an object' : (issue.expected ?? 'of another type');

/** Names that are never taken (H7) and half surrogate pairs (I7), anywhere inside. */
function unusableText(value: unknown, pointer: string): Issue[] {
  if (typeof value === 'string') return value.isWellFormed() ? [] : [loneSurrogate(pointer)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = pointer + pointerStep(name);
    if (FORBIDDEN.has(name))
      return [{ pointer: here, code: 'FORBIDDEN_KEY', detail: `A field may not be called ${name}.` }];
    return name.isWellFormed() ? unusableText(inner, here) : [loneSurrogate(here)];
  });
}

export const loneSurrogate = (pointer: string): Issue => ({
  pointer,
  code: 'INVALID_UNICODE',
  detail: 'Half of a surrogate pair is no character; send the pair, or the character in UTF-8.',
});
