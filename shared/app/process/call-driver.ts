import { Interruption } from '../../core/interruption.ts';
import { type AttemptEnd, afterAttempt, planCalls, type Waiting } from '../../core/process/call/schedule.ts';
import type { Process } from '../../core/process/definition.ts';
import type { Effects, Input } from '../../core/process/turn.ts';
import { epochMs, plusMs } from '../../core/time/epoch.ts';
import type { Clock } from '../../ports/clock.ts';

/** Makes the asynchronous calls that committed keys wait for, within the bounds of each. */
export type CallDriver = {
  /** Takes in what a key waits for; calls that run already go on. */
  offer(process: Process, key: string, calls: Effects['calls']): void;
  /** Resolves when no call of the key runs or waits here. */
  settled(process: Process, key: string): Promise<void>;
};

export type CallDriverParts = {
  readonly clock: Clock;
  /** Feeds an outcome back to its key. */
  feed(process: Process, key: string, input: Input): Promise<unknown>;
  /** Told what `feed` threw: a hint brings the call again. */
  onError(error: unknown): void;
};

type Desk = {
  readonly process: Process;
  readonly waiting: Map<string, Waiting>;
  readonly running: Map<string, string>;
  /** Keys of calls whose outcomes are being fed back, by id. */
  readonly handed: Map<string, string>;
  /** Who waits until a key has no calls any more. */
  readonly settling: Map<string, PromiseWithResolvers<void>>;
  wakeAt: number;
};

const TIMED_OUT = 'No answer within the time of the attempt.';

const countRunning = ({ running }: Desk): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const name of running.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

/** Runs one attempt; what comes after its time is over is not looked at. */
const attempt = async (
  { clock }: CallDriverParts,
  desk: Desk,
  one: Waiting & { attempt: number; timeoutMs: number },
): Promise<AttemptEnd> => {
  const { run } = desk.process.calls[one.pending.call] ?? {};
  if (!run) return { error: new Error('The call is not declared.') };
  const abort = new AbortController();
  const over = new Interruption();
  const timeout = clock.sleepUntil(plusMs(clock.now(), one.timeoutMs), over).then((): AttemptEnd => {
    const error = new DOMException(TIMED_OUT, 'TimeoutError');
    abort.abort(error);
    return { error };
  });
  const ran = (async (): Promise<AttemptEnd> => {
    try {
      const told = { signal: abort.signal, attempt: one.attempt, key: one.key, id: one.id };
      return { ok: await run(one.pending.request as never, told) };
    } catch (error) {
      return { error };
    }
  })();
  const end = await Promise.race([ran, timeout]);
  over.abort();
  return end;
};

const openDesk = (process: Process): Desk => ({
  process,
  waiting: new Map(),
  running: new Map(),
  handed: new Map(),
  settling: new Map(),
  wakeAt: Number.POSITIVE_INFINITY,
});

const isOpen = ({ waiting, handed }: Desk, key: string): boolean =>
  [...waiting.values()].some((one) => one.key === key) || [...handed.values()].includes(key);

const settle = (desk: Desk, key: string): void => {
  if (isOpen(desk, key)) return;
  desk.settling.get(key)?.resolve();
  desk.settling.delete(key);
};

const untilSettled = (desk: Desk | undefined, key: string): Promise<void> | undefined => {
  if (!desk || !isOpen(desk, key)) return undefined;
  const open = desk.settling.get(key) ?? Promise.withResolvers<void>();
  desk.settling.set(key, open);
  return open.promise;
};

/** Feeds an outcome back; the key is not settled before, or a sandbox would be frozen with a commit whose outputs are not stored. */
const hand = async (
  { feed, onError }: CallDriverParts,
  desk: Desk,
  { one: { key, id }, input }: { readonly one: Waiting; readonly input: Input },
): Promise<void> => {
  desk.waiting.delete(id);
  desk.handed.set(id, key);
  try {
    await feed(desk.process, key, input);
  } catch (error) {
    onError(error);
  }
  desk.handed.delete(id);
  settle(desk, key);
};

export const makeCallDriver = (parts: CallDriverParts): CallDriver => {
  const { clock } = parts;
  const desks = new Map<string, Desk>();

  const make = async (desk: Desk, one: Waiting & { attempt: number; timeoutMs: number }): Promise<void> => {
    const spec = desk.process.calls[one.pending.call];
    const end = await attempt(parts, desk, one);
    desk.running.delete(one.id);
    if (spec) await hand(parts, desk, { one, input: afterAttempt(spec, one, { ...end, now: clock.now() }) });
    else {
      desk.waiting.delete(one.id);
      settle(desk, one.key);
    }
    pump(desk);
  };

  const wakeLater = async (desk: Desk, at: number): Promise<void> => {
    if (at >= desk.wakeAt) return;
    desk.wakeAt = at;
    await clock.sleepUntil(epochMs(at));
    if (desk.wakeAt !== at) return;
    desk.wakeAt = Number.POSITIVE_INFINITY;
    pump(desk);
  };

  const pump = (desk: Desk): void => {
    const idle = [...desk.waiting.values()].filter(({ id }) => !desk.running.has(id));
    const { start, fail, nextAt } = planCalls(desk.process.calls, idle, {
      running: countRunning(desk),
      now: clock.now(),
    });
    for (const { reason, ...one } of fail) {
      const { call, attempts } = one.pending;
      const input: Input = { kind: 'result', call, id: one.id, outcome: { failed: reason }, attempts };
      void hand(parts, desk, { one, input });
    }
    for (const one of start) {
      desk.running.set(one.id, one.pending.call);
      void make(desk, one);
    }
    if (Number.isFinite(nextAt)) void wakeLater(desk, nextAt);
  };

  return {
    offer: (process, key, calls) => {
      if (calls.length === 0) return;
      const desk = desks.get(process.name) ?? openDesk(process);
      desks.set(process.name, desk);
      for (const { id, ...pending } of calls) desk.waiting.set(id, { id, key, pending });
      pump(desk);
    },
    settled: async (process, key) => untilSettled(desks.get(process.name), key),
  };
};
