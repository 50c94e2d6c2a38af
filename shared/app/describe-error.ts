import { Problem } from '../core/problem.ts';
import { ProcessError } from '../core/process/process-error.ts';
import { StoreError } from '../ports/store-error.ts';
import type { LogFields } from '../ports/telemetry.ts';

/** Their messages are written by us and hold no payload. */
const OURS = [Problem, ProcessError, StoreError] as const;
const MAX_FRAMES = 5;

/**
 * What may be logged of an error: name, code and where it happened. The message only of our own classes, since that
 * of another may quote its input (`JSON.parse` does), which may be a payload (P23).
 */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: `thrown ${typeof error}` };
  const { code } = error as { code?: unknown };
  return {
    error: error.name,
    code: typeof code === 'string' ? code : undefined,
    detail: isOurs(error) ? error.message : undefined,
    at: framesOf(error),
  };
}

/** An error that says no more than the log may: Lambda itself logs what a handler throws, message and all. */
export function withoutMessage(error: unknown): Error {
  if (isOurs(error)) return error;
  const { error: name, at } = describeError(error);
  const bare = new Error(`${name}; its message is withheld, as it may quote a payload`);
  bare.name = String(name);
  bare.stack = `${bare.name}: ${bare.message}\n${at ?? ''}`;
  return bare;
}

function isOurs(error: unknown): error is Error {
  return OURS.some((known) => error instanceof known);
}

/** The stack without its head, which repeats the message; nothing where the message is not found in it. */
function framesOf({ stack = '', message }: Error): string | undefined {
  const head = stack.indexOf(message);
  if (head < 0) return undefined;
  const lines = stack.slice(head + message.length).split('\n');
  const frames = lines.filter((line) => /^\s+at /.test(line)).slice(0, MAX_FRAMES);
  return frames.length > 0 ? frames.join('\n') : undefined;
}
