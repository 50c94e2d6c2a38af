import { copyData } from '../data.ts';
import { assertRunning, type Scope } from '../state/scope.ts';
import type { CallQueue } from './call-queue.ts';
import type { CallSpecs } from './call-spec.ts';
import type { PendingCall } from './pending-call.ts';

/** What the calls of the running handler remember of it. */
export type Caller = Pick<PendingCall, 'timestamp' | 'emitAt' | 'watermark'>;

/** `ctx.call`: each function notes a copy of its request in the queue of the key. */
export const callPort = (
  specs: CallSpecs,
  queue: CallQueue,
  { scope, caller }: { readonly scope: Scope; readonly caller: () => Caller },
): (readonly [name: string, ask: (request: unknown) => void])[] =>
  Object.keys(specs).map((name) => [
    name,
    (request) => {
      assertRunning(scope);
      const copy = copyData(request ?? null, `A request of call "${name}"`);
      queue.add({ call: name, request: copy, calledAt: scope.now, ...caller() });
    },
  ]);
