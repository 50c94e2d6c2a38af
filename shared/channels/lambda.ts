import { type FaultReason, faultFailure } from '../core/delivery/outcome.ts';
import type { Channel, Delivery, Outcome } from '../ports/channel.ts';
import {
  type FunctionInvoker,
  type Invocation,
  type InvocationEnd,
  MAX_CONTEXT_BYTES,
} from '../ports/function-invoker.ts';
import { attributesOf, BASE64 } from './attributes.ts';
import { base64Text, jsonText } from './payload-text.ts';

const SENT: Outcome = { kind: 'sent' };

const REASONS = {
  refused: 'FUNCTION_REFUSED',
  unavailable: 'FUNCTION_UNAVAILABLE',
  unknown: 'FUNCTION_UNKNOWN',
} as const;

/**
 * Calls a user's Lambda function for each message, all of one call of `send` at once, and waits for it to return: a
 * message that Lambda only queued could still be lost there. The event is the payload as it was sent; what would be
 * headers is in the custom part of the client context. A function that throws, or is ended, is tried again.
 */
export const makeLambdaChannel = (invoker: FunctionInvoker): Channel => ({
  send: async ({ destination, headers, timeoutMs }, deliveries, report) => {
    const attempt = async (delivery: Delivery): Promise<Outcome> => {
      if (destination.kind !== 'lambda') return failed('INVALID_REQUEST');
      const invocation = toInvocation(delivery, headers);
      if (contextBytes(invocation) > MAX_CONTEXT_BYTES) return failed('INVALID_REQUEST');
      return invoker
        .invoke(destination.functionArn, invocation, timeoutMs)
        .then(outcomeOf, () => failed(REASONS.unknown));
    };
    await Promise.all(deliveries.map(async (delivery, index) => report(index, await attempt(delivery))));
  },
});

const toInvocation = (delivery: Delivery, targetHeaders: Readonly<Record<string, string>>): Invocation => {
  const isJson = jsonText(delivery.payload) !== undefined;
  return {
    payload: isJson ? delivery.payload : Buffer.from(JSON.stringify(base64Text(delivery.payload))),
    // No header of a user has a name of ours.
    context: { ...targetHeaders, ...delivery.headers, ...attributesOf(delivery), ...(!isJson && BASE64) },
  };
};

const contextBytes = ({ context }: Invocation): number => Buffer.byteLength(JSON.stringify({ custom: context }));

const outcomeOf = (end: InvocationEnd): Outcome => {
  if (end.kind === 'returned') return SENT;
  if (end.kind === 'failed') return { ...failed('FUNCTION_ERROR'), response: end.response };
  const { reason, retryAfterMs } = end;
  return { ...failed(REASONS[reason]), ...(retryAfterMs !== undefined && { retryAfterMs }) };
};

const failed = (reason: FaultReason): Outcome & { kind: 'failed' } => ({ kind: 'failed', ...faultFailure(reason) });
