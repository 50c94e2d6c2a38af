import type { GenericSchema, InferOutput } from 'valibot';
import { type Issue, Problem } from '../../core/problem.ts';
import { pointerStep } from '../json/pointer.ts';
import { checkWith } from '../schema/check.ts';
import { issuesBehind, problemOf } from './issue-problem.ts';

/** More than any query of ours takes, cursors included. */
const MAX_CHARS = 4096;

/** Reads a query string that fits a schema of text members. Throws 400 with all that is wrong, behind `/query`, and 414. */
export function readQuery<Schema extends GenericSchema>(raw: string, schema: Schema): InferOutput<Schema> {
  if (raw.length > MAX_CHARS) {
    const detail = `The query has ${raw.length} characters; at most ${MAX_CHARS} are taken.`;
    throw new Problem(414, 'URI_TOO_LONG', detail);
  }
  const parameters = [...new URLSearchParams(raw)];
  const names = parameters.map(([name]) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index).map(isRepeated);
  const checked = checkWith(schema, Object.fromEntries(parameters));
  if (checked.ok && repeated.length === 0) return checked.value;
  const issues = [...(checked.ok ? [] : checked.issues.map(asParameter)), ...repeated];
  throw problemOf(issuesBehind('/query', issues));
}

/** A name that an object may not have is just one more that is not known here. */
const asParameter = (issue: Issue): Issue =>
  issue.code === 'FORBIDDEN_KEY' ? { ...issue, code: 'UNKNOWN_FIELD' } : issue;

const isRepeated = (name: string): Issue => ({
  pointer: pointerStep(name),
  code: 'DUPLICATE_FIELD',
  detail: 'The parameter is given twice, so it is not clear which value counts; send it once.',
});
