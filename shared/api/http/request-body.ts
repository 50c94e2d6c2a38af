import { isUtf8 } from 'node:buffer';
import type { GenericSchema, InferOutput } from 'valibot';
import { fieldProblem, Problem } from '../../core/problem.ts';
import { faultIssue } from '../json/fault-issue.ts';
import { buildObject } from '../json/object.ts';
import { makeJsonScanner, scanObject } from '../json/scanner.ts';
import type { ApiLimits } from '../limits.ts';
import { checkWith, loneSurrogate } from '../schema/check.ts';
import { problemOf } from './issue-problem.ts';

/** A body as an event carries it: bytes as base64, or text. */
export type CarriedBody = { readonly body?: string | undefined; readonly isBase64Encoded?: boolean | undefined };

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const BASE64_GROUP = 4;

/** Throws 400 for an operation that needs a body and has none (H1). */
export function requireBody(body: string | undefined): void {
  if (body === undefined || body === '') throw bodyRequired();
}

export const bodyRequired = (): Problem => new Problem(400, 'BODY_REQUIRED', 'The body is empty; send JSON.');

/** The bytes of a body. Throws 400 for bad base64 or text (H5), 413 beyond `maxBytes` (H10). */
export function bytesOfBody({ body = '', isBase64Encoded = false }: CarriedBody, maxBytes: number): Buffer {
  if (isBase64Encoded && (body.length % BASE64_GROUP !== 0 || !BASE64.test(body))) {
    throw new Problem(400, 'INVALID_BASE64', 'The body is said to be base64, and is not.');
  }
  if (!isBase64Encoded && !body.isWellFormed()) throw problemOf([loneSurrogate('')]);
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

/** Its length is not said: a carrier that stops reading where it is too long does not know it. */
const tooLarge = (maxBytes: number): Problem =>
  new Problem(
    413,
    'PAYLOAD_TOO_LARGE',
    `The body has more than ${maxBytes} bytes, the most that is taken here; send it in parts.`,
  );

/** A body as text. Throws 400 for what is no UTF-8 (H4). A byte order mark stays, and no JSON starts with one (H3). */
export function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw fieldProblem(400, 'INVALID_UTF8', '', 'The body is no UTF-8; send JSON in UTF-8.');
  return bytes.toString('utf8');
}

/** Reads a body that is one JSON object and fits a schema. Throws 400, 413 and 422 with all that is wrong. */
export function readObject<Schema extends GenericSchema>(
  bytes: Buffer,
  schema: Schema,
  limits: ApiLimits,
): InferOutput<Schema> {
  if (bytes.length > limits.messageBytes) throw tooLarge(limits.messageBytes);
  const text = textOf(bytes);
  const scanner = makeJsonScanner(limits);
  const fault = scanObject(scanner, text, 0, text.length);
  if (fault !== undefined) throw problemOf([faultIssue(fault, limits)]);
  const { value, issues: repeated } = buildObject(scanner, text);
  const checked = checkWith(schema, value);
  if (checked.ok && repeated.length === 0) return checked.value;
  throw problemOf([...(checked.ok ? [] : checked.issues), ...repeated]);
}
