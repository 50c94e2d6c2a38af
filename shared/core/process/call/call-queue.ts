import { ProcessError } from '../process-error.ts';
import type { CallInput } from './call-input.ts';
import type { CallSpecs } from './call-spec.ts';
import { callId, type FailedCall, type PendingCall } from './pending-call.ts';

/**
 * The calls of a key while a turn runs, in the order in which they were made.
 * A1 An ordered call's outcome is ready when it is the first of its name.
 * A2 An unordered call's outcome is ready when no call of its name from before a lower watermark is without one.
 * A3 The array of the snapshot is never written: the first change copies it.
 */
export type CallQueue = {
  list(): readonly PendingCall[];
  failed(): readonly FailedCall[];
  add(call: Omit<PendingCall, 'version' | 'n' | 'attempts' | 'startAt' | 'outcome'>): void;
  /** False when the input is of a call that is over, or tells nothing new. */
  take(input: CallInput): boolean;
  /** The first call whose outcome is ready. */
  ready(): PendingCall | undefined;
  remove(call: PendingCall): void;
  giveUp(call: PendingCall, reason: string): void;
};

export type QueueOptions = {
  readonly process: { readonly name: string; readonly calls: CallSpecs; readonly limits: { callsPerKey: number } };
  readonly key: string;
  /** Of the snapshot that the turn makes. */
  readonly version: number;
};

export const openCalls = (pending: readonly PendingCall[], options: QueueOptions): CallQueue => {
  const { process, key, version } = options;
  const failed: FailedCall[] = [];
  let calls = pending;
  let settled = pending.some(({ outcome }) => outcome !== null);

  const find = (id: string): PendingCall | undefined => calls.find((call) => callId(process.name, key, call) === id);
  const replace = (old: PendingCall, next: PendingCall): void => {
    calls = calls.map((call) => (call === old ? next : call));
  };
  const remove = (old: PendingCall): void => {
    calls = calls.filter((call) => call !== old);
  };
  const giveUp = (over: PendingCall, reason: string): void => {
    const { call, version: first, n, request, timestamp, attempts } = over;
    failed.push({ call, version: first, n, request, timestamp, attempts, reason });
    remove(over);
  };

  return {
    list: () => calls,
    failed: () => failed,
    remove,
    giveUp,
    add: (made) => {
      if (calls.length >= process.limits.callsPerKey) throw tooMany(process);
      const n = calls.filter((call) => call.version === version).length;
      calls = [...calls, { ...made, version, n, attempts: 0, startAt: made.calledAt, outcome: null }];
    },
    take: (input) => {
      const call = find(input.id);
      if (!call) return false;
      if (input.kind === 'drop-call') giveUp(call, input.reason);
      else if (call.outcome !== null) return false;
      else if (input.kind === 'result') {
        replace(call, { ...call, outcome: input.outcome, attempts: input.attempts ?? call.attempts });
        settled = true;
      } else if (input.attempts <= call.attempts) return false;
      else replace(call, { ...call, attempts: input.attempts, startAt: input.startAt });
      return true;
    },
    ready: () => (settled ? calls.find((call) => isReady(process.calls, calls, call)) : undefined),
  };
};

function isReady(specs: CallSpecs, calls: readonly PendingCall[], call: PendingCall): boolean {
  if (call.outcome === null) return false;
  const ordered = specs[call.call]?.order === 'ordered';
  for (const other of calls) {
    if (other === call) return true;
    if (other.call !== call.call) continue;
    if (ordered || (other.outcome === null && other.watermark < call.watermark)) return false;
  }
  return true;
}

const tooMany = ({ name, limits }: QueueOptions['process']): ProcessError =>
  new ProcessError(
    'TOO_MANY_CALLS',
    `A key of process "${name}" would have more than ${limits.callsPerKey} calls pending: ask for fewer, let the key wait for results, or raise callsPerKey.`,
  );
