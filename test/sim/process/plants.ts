import type { Plant } from '../plants.ts';

/** Bugs in the code of process functions, for the worlds that have some. */
export const PROCESS_PLANTS: readonly Plant[] = [
  {
    name: 'commit over anything: a key is stored whatever its version is by now',
    file: 'shared/app/process/turn-batch.ts',
    find: "const expect = stored.version === 0 ? 'absent' : stored.version;",
    replace: "const expect = 'any';",
  },
  {
    name: 'reminders in the background: a key commits timers of which nobody may ever be reminded',
    file: 'shared/app/process/turn-batch.ts',
    find: 'await engine.store.putMany(items);',
    replace: 'void engine.store.putMany(items).catch(() => undefined);',
  },
  {
    name: 'nobody looks: outputs of a worker that died are stored only when their key is used again',
    file: 'shared/app/process/plan-turn.ts',
    find: 'hints: of.bound ? [...of.needs.hints, outboxHint(deps.engine, of.now, stored.version)] : of.needs.hints,',
    replace: 'hints: of.bound && outboxHint ? of.needs.hints : of.needs.hints,',
  },
  {
    name: 'outputs forgotten: a commit does not ask whether those of the one before are in place',
    file: 'shared/app/process/plan-turn.ts',
    find: 'if (!record.outbox || deps.delivered.has(record.nonce)) return undefined;',
    replace: 'if (!record.outbox || deps.delivered) return undefined;',
  },
  {
    name: 'outputs that are stored again get ids of their new place',
    file: 'shared/app/process/outputs.ts',
    find: 'id: messageIdAt(prefix, part.first + n), fresh',
    replace: 'id: messageIdAt(prefix, part.first + n + 500), fresh',
  },
  {
    name: 'a hint that came by too soon is not stored anew',
    file: 'shared/app/process/next-record.ts',
    find: 'needs.hints.length === 0 &&\n  needs.eventHint === null;',
    replace: 'needs.hints.length >= 0;',
  },
  {
    name: 'a stale watermark: a key goes back to what the caller knows',
    file: 'shared/app/process/plan-turn.ts',
    find: 'const watermark = Math.max(task.watermark, snapshot.watermark);',
    replace: 'const { watermark } = task;',
  },
  {
    name: 'acknowledged before the watermark has seen it',
    file: 'shared/app/process/submit-elements.ts',
    find: 'await book.observe(process, seen);',
    replace: 'void book.observe(process, seen).catch(() => undefined);',
  },
  {
    name: 'watermarks over anything: two workers that raise one undo each other',
    file: 'shared/app/process/watermark-record.ts',
    find: "engine.store.put(item, stored.version === 0 ? 'absent' : stored.version)",
    replace: "engine.store.put(item, 'any')",
  },
  {
    name: 'who raises a watermark tells nobody: waves come with the tick',
    file: 'shared/app/process/watermark-cache.ts',
    find: 'await sendHints(engine, pointers);',
    replace: 'void sendHints;',
  },
  {
    name: 'a torn batch: its keys wait until nobody may store their outputs any more',
    file: 'shared/app/process/outputs.ts',
    find: 'return (await isStored(sending, part)) || (await isStored(sending, own));',
    replace: 'return (await isStored(sending, part)) || own.sk === part.sk;',
  },
  {
    name: 'the wave that ends takes the next one with it',
    file: 'shared/app/process/event-wave.ts',
    find: 'const done = of.waiting === 0 && record.sources.published <= sources.published && record.asked === asked;',
    replace: 'const done = of.waiting >= 0;',
  },
  {
    name: 'what a wave does not reach is not carried on',
    file: 'shared/app/process/event-wave.ts',
    find: 'const left = [...waiting, ...hints.filter(({ at }) => at > of.watermark)];',
    replace: 'const left = waiting;',
  },
  {
    name: 'the watermark stays here: who follows a process never hears of it',
    file: 'shared/app/process/event-wave.ts',
    find: 'if (waiting === 0) await deps.forward(process, watermark);',
    replace: 'if (waiting < 0) await deps.forward(process, watermark);',
  },
  {
    name: 'handed on without an id: it counts again after a crash',
    file: 'shared/app/process/hand-on.ts',
    find: "input: binding.input ?? 'main', id, timestamp, value }",
    replace: "input: binding.input ?? 'main', id: id && null, timestamp, value }",
  },
  {
    name: 'ids are not remembered: an element that comes again counts again',
    file: 'shared/core/process/attempt.ts',
    find: 'if (id !== null) ids.add(id);',
    replace: '',
  },
  {
    name: 'late elements go nowhere',
    file: 'shared/core/process/window/windowed.ts',
    find: "isBehind(rules, at, call.ctx)) ctx.sideOutput('late', value, at);",
    replace: "isBehind(rules, at, call.ctx) && at < 0) ctx.sideOutput('late', value, at);",
  },
  {
    name: 'everything ahead of the clock is of the future',
    file: 'shared/core/process/classify-element.ts',
    find: 'timestamp > now + maxFutureMs',
    replace: 'timestamp > now + 0 * maxFutureMs',
  },
  {
    name: 'idle partitions hold back',
    file: 'shared/core/process/watermark/source-watermarks.ts',
    find: 'const after = silent.reduce(idleChannel, valve);',
    replace: 'const after = silent.length < 0 ? silent.reduce(idleChannel, valve) : valve;',
  },
  {
    name: 'one partition speaks for all: the highest watermark counts',
    file: 'shared/core/process/watermark/valve.ts',
    find: 'const smallest = Math.min(...aligned',
    replace: 'const smallest = Math.max(...aligned',
  },
  {
    name: 'a timer that is deleted fires all the same',
    file: 'shared/core/process/timer-port.ts',
    find: 'removeTimer(queue, { at, name: null });',
    replace: 'void at;',
  },
  {
    name: 'a named timer that moves back leaves its old self',
    file: 'shared/core/process/timer-port.ts',
    find: 'if (old) removeTimer(queue, old);',
    replace: 'if (old && old.at < timer.at) removeTimer(queue, old);',
  },
  {
    name: 'processing timers fire up to a second early',
    file: 'shared/core/process/attempt.ts',
    find: 'const over = turn.over ?? turn.now - 1;',
    replace: 'const over = turn.over ?? turn.now + 999;',
  },
  {
    name: 'answers in any order: a call that is to wait for the one before does not',
    file: 'shared/core/process/call/call-queue.ts',
    find: 'if (ordered || (other.outcome === null && other.watermark < call.watermark)) return false;',
    replace: 'if (!ordered && other.outcome === null && other.watermark < call.watermark) return false;',
  },
];
