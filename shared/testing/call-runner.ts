import { callId } from '../core/process/call/pending-call.ts';
import { type AttemptEnd, afterAttempt, planCalls, type Waiting } from '../core/process/call/schedule.ts';
import type { Input } from '../core/process/turn.ts';
import type { CallReply, HarnessOptions } from './harness-types.ts';
import { type Attempt, runTurn, type World } from './world.ts';

/** Answers that follow each other at one instant before they are taken for a loop. */
const ENDLESS = 10_000;

/** What follows from a change: calls start, those that are answered at once end, and watermarks go on. */
export const afterwards = (world: World, options: HarnessOptions): void => {
  for (let rounds = 0; startCalls(world, options) || endDue(world, options); rounds++) {
    if (rounds > ENDLESS) throw new Error('The harness answers calls for ever: onResult asks again for each answer.');
  }
  forwardWatermarks(world);
};

/** Lets the watermarks go that no pending call is from before. */
function forwardWatermarks(world: World): void {
  const open = [...world.pending.values()].flat();
  const reached = Math.min(...open.map(({ watermark }) => watermark));
  while (world.held[0] !== undefined && world.held[0] <= reached) {
    world.log.push({ kind: 'watermark', watermark: world.held.shift() as number });
  }
}

/** Lets time go to `through`: every attempt, answer, timeout and retry at its own instant. */
export const advanceCalls = (world: World, options: HarnessOptions, through: number): void => {
  afterwards(world, options);
  for (let at = nextAt(world); at <= through; at = nextAt(world)) {
    world.now = Math.max(world.now, at);
    if (!world.ended) world.over = Math.max(world.over, world.now - 1);
    afterwards(world, options);
  }
};

/** Ends the running attempt of a call; false when there is none. */
export const settleCall = (world: World, id: string, reply: CallReply): boolean => {
  const attempt = world.running.get(id);
  if (!attempt) return false;
  attempt.answer = answerOf(world, reply);
  return true;
};

const answerOf = ({ now }: World, reply: CallReply): Attempt['answer'] => ({
  at: now + (reply.afterMs ?? 0),
  end: 'ok' in reply ? { ok: reply.ok } : { error: reply.failed },
});

const plan = (world: World): ReturnType<typeof planCalls> => {
  const waiting: Waiting[] = [];
  for (const [key, calls] of world.pending) {
    for (const pending of calls) {
      const id = callId(world.process.name, key, pending);
      if (!world.running.has(id)) waiting.push({ id, key, pending });
    }
  }
  const running = new Map<string, number>();
  for (const { running: one } of world.running.values()) running.set(one.call, (running.get(one.call) ?? 0) + 1);
  return planCalls(world.process.calls, waiting, { running, now: world.now, ended: world.ended });
};

/** False when nothing was to be started or given up. */
function startCalls(world: World, options: HarnessOptions): boolean {
  if (world.pending.size === 0) return false;
  const { start, fail } = plan(world);
  for (const { timeoutMs, attempt, ...waiting } of start) {
    const { call, request } = waiting.pending;
    const running = { call, id: waiting.id, key: waiting.key, request, attempt, startedAt: world.now };
    world.log.push({ kind: 'call', ...running });
    const started: Attempt = { waiting, running, timesOutAt: world.now + timeoutMs, answer: null };
    world.running.set(waiting.id, started);
    const reply = options.calls?.[call]?.(structuredClone(request) as never, running) ?? null;
    if (reply) started.answer = answerOf(world, reply);
  }
  for (const { id, key, pending, reason } of fail) {
    feed(world, options, { key, input: { kind: 'result', call: pending.call, id, outcome: { failed: reason } } });
  }
  return start.length > 0 || fail.length > 0;
}

/** Ends one attempt that is over by now; false when there is none. */
function endDue(world: World, options: HarnessOptions): boolean {
  for (const attempt of world.running.values()) {
    if (endsAt(attempt) > world.now) continue;
    const { waiting, timesOutAt, answer } = attempt;
    world.running.delete(waiting.id);
    const spec = world.process.calls[waiting.pending.call];
    if (!spec) continue;
    const end: AttemptEnd =
      answer && answer.at <= timesOutAt
        ? answer.end
        : { error: new DOMException(`No answer within ${spec.timeoutMs} ms.`, 'TimeoutError') };
    const input = afterAttempt(spec, waiting, { ...end, now: world.now, ended: world.ended });
    feed(world, options, { key: waiting.key, input });
    return true;
  }
  return false;
}

const endsAt = ({ answer, timesOutAt }: Attempt): number => Math.min(answer?.at ?? timesOutAt, timesOutAt);

/** The next instant at which an attempt ends, or something that waits is to be looked at. */
const nextAt = (world: World): number => {
  if (world.pending.size === 0) return Number.POSITIVE_INFINITY;
  return Math.min(plan(world).nextAt, ...[...world.running.values()].map(endsAt));
};

/** Feeds an outcome, then hands over what is ready one by one: a watermark may have to go between two of them. */
function feed(world: World, options: HarnessOptions, { key, input }: { key: string; input: Input }): void {
  let { more } = runTurn(world, key, { inputs: [input], maxCalls: 2 }).effects;
  if (options.redeliver) runTurn(world, key, { inputs: [input], maxCalls: 1 });
  while (more) {
    forwardWatermarks(world);
    more = runTurn(world, key, { inputs: [], maxCalls: 1 }).effects.more;
  }
}
