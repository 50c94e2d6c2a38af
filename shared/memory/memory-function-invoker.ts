import { plusMs } from '../core/time/epoch.ts';
import type { Clock } from '../ports/clock.ts';
import type { FunctionInvoker, Invocation, InvocationEnd } from '../ports/function-invoker.ts';

/** A function as its owner writes it; what it returns is of no concern to the caller. */
export type MemoryFunction = (event: unknown, context: Invocation['context']) => unknown;

const MAX_RESPONSE_CHARS = 1024;

/** A {@link FunctionInvoker} in this process; there are only the functions that it is given, by their ARNs. */
export function makeMemoryFunctionInvoker(
  functions: Readonly<Record<string, MemoryFunction>>,
  clock: Clock,
): FunctionInvoker {
  return {
    invoke: async (functionArn, invocation, timeoutMs) => {
      const found = functions[functionArn];
      if (found === undefined) return { kind: 'fault', reason: 'refused' };
      const ended = new AbortController();
      const timeout = clock
        .sleepUntil(plusMs(clock.now(), timeoutMs), ended.signal)
        .then((): InvocationEnd => ({ kind: 'fault', reason: 'unknown' }));
      return Promise.race([run(found, invocation), timeout]).finally(() => ended.abort());
    },
  };
}

async function run(found: MemoryFunction, { payload, context }: Invocation): Promise<InvocationEnd> {
  try {
    await found(JSON.parse(Buffer.from(payload).toString('utf8')), context);
    return { kind: 'returned' };
  } catch (error) {
    const response = JSON.stringify({ errorType: (error as Error).name, errorMessage: (error as Error).message });
    return { kind: 'failed', response: response.slice(0, MAX_RESPONSE_CHARS) };
  }
}
