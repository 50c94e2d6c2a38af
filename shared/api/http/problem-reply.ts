import { DamagedRecord } from '../../app/damaged-record.ts';
import { type Issue, Problem } from '../../core/problem.ts';
import { ProcessError } from '../../core/process/process-error.ts';
import { StoreError, type StoreErrorCode } from '../../ports/store-error.ts';
import type { Reply } from './reply.ts';

const MAX_BODY_BYTES = 2048;

const STORE_PROBLEMS: Readonly<Record<StoreErrorCode, Problem>> = {
  THROTTLED: busy('STORE_THROTTLED', 'The store takes no more just now; nothing was accepted. Try again.'),
  UNAVAILABLE: busy('STORE_UNAVAILABLE', 'The store cannot be reached; nothing was accepted. Try again.'),
  UNKNOWN: busy('OUTCOME_UNKNOWN', 'The store did not answer; repeat the same request, it counts once.'),
  TOO_LARGE: new Problem(413, 'PAYLOAD_TOO_LARGE', 'The message is larger than what can be stored; send less.'),
  REJECTED: new Problem(500, 'INTERNAL', 'The store refused what we sent; this is our fault.'),
};

const DAMAGED = new Problem(
  500,
  'STORED_ITEM_DAMAGED',
  'What is stored for this cannot be read any more; nothing was changed. Report it with the id of this request.',
);

function busy(code: string, detail: string): Problem {
  return new Problem(503, code, detail, { headers: { 'retry-after': '1' } });
}

/** What a newer release wrote comes to that in a moment, when it is deployed; what is damaged does not get well. */
const ofProcess = ({ code, message }: ProcessError): Problem =>
  code === 'NEWER_STATE' ? busy(code, message) : new Problem(500, code, message);

/** The refusal that an error means to the caller; 500 for those that nobody foresaw. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreError) return STORE_PROBLEMS[error.code];
  if (error instanceof DamagedRecord) return DAMAGED;
  if (error instanceof ProcessError) return ofProcess(error);
  if (error instanceof Error && error.name === 'TimeoutError') {
    return busy('OUTCOME_UNKNOWN', 'There was no time to finish; repeat the same request, it counts once.');
  }
  return new Problem(
    500,
    'INTERNAL',
    'Something failed that should not; repeat the request, and report it with its id.',
  );
}

/** A problem as RFC 9457 has it, at most 2 KB: where the errors do not fit, the last ones are left out. */
export function problemReply(problem: Problem, requestId: string): Reply {
  const fields = {
    type: `urn:meridian:problem:${problem.code}`,
    title: titleOf(problem.code),
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    instance: `urn:meridian:request:${encodeURIComponent(requestId)}`,
  };
  return {
    status: problem.status,
    body: { ...fields, errors: fitting(problem.issues, MAX_BODY_BYTES - bytesOf({ ...fields, errors: [] })) },
    headers: { ...problem.headers, 'content-type': 'application/problem+json' },
  };
}

/** `DUE_IN_PAST` → `Due in past`: the same for each occurrence, as the RFC asks. */
const titleOf = (code: string): string => {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function fitting(issues: readonly Issue[], room: number): Issue[] {
  const shown: Issue[] = [];
  let left = room;
  for (const { pointer, code, detail } of issues) {
    const issue = { pointer, code, detail };
    left -= bytesOf(issue) + 1;
    if (left < 0) break;
    shown.push(issue);
  }
  return shown;
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
