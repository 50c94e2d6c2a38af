import { number, object } from 'valibot';
import { call } from '../../shared/core/process/call/call-spec.ts';
import { defineConnectedProcess, defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import type { Process } from '../../shared/core/process/process.ts';
import { listState, valueState } from '../../shared/core/process/state/spec.ts';
import { boundedOutOfOrderness } from '../../shared/core/process/watermark/strategy.ts';

const numbers = object({ n: number() });

/** What processes of the cast put out: which of them, for which key, and why. */
export type Row = { readonly p: string; readonly k: string; readonly what: string };

/** A number with which an element sets a timer that throws, and one with which its handler does. */
export const POISON_TIMER = 13;
export const POISON = -1;
/** Elements with it ask for a call that is never answered. */
export const UNANSWERED = 7;

export const TIMER_AFTER_MS = 20_000;
export const FAR_MS = 20 * 60_000;
const HOUR_MS = 3_600_000;

/** Uses all that there is: states, broadcast state, timers of both kinds, calls, a follower. */
const makeLeader = (name: string): Process =>
  defineConnectedProcess({
    name,
    inputs: { main: numbers },
    broadcast: {
      element: numbers,
      state: { rule: valueState<number>() },
      onElement: ({ n }, { emit, state }) => {
        state.rule.set(n);
        emit({ p: name, k: '', what: 'ruled' });
      },
    },
    watermark: boundedOutOfOrderness(0),
    state: { sum: valueState<number>({ ttl: { ms: HOUR_MS } }), all: listState<number>() },
    output: output<Row>({ target: 'push' }),
    sideOutputs: { on: output<{ n: number }>({ process: `${name}-next` }) },
    calls: {
      ask: call({ run: (n: number) => (n === UNANSWERED ? new Promise<number>(() => undefined) : Promise.resolve(n)) }),
    },
    onElement: {
      main: ({ n }, { call: calls, emit, key, now, sideOutput, state, timers, timestamp }) => {
        if (n === POISON) throw new Error('simulated poison');
        state.sum.set((state.sum.get() ?? 0) + n);
        state.all.add(n);
        emit({ p: name, k: key, what: 'element' });
        sideOutput('on', { n });
        calls.ask(n);
        timers.processing.setNamed(n === POISON_TIMER ? 'broken' : 'soon', now + TIMER_AFTER_MS);
        timers.processing.setNamed('far', now + FAR_MS);
        timers.event.set((timestamp ?? 0) + TIMER_AFTER_MS);
      },
    },
    onTimer: (_, { emit, key, timer }) => {
      if (timer?.name === 'broken') throw new Error('simulated poison');
      emit({ p: name, k: key, what: `${timer?.domain} ${timer?.name}` });
    },
    onResult: { ask: (_, { emit, key }) => emit({ p: name, k: key, what: 'answer' }) },
  }) as Process;

const makeFollower = (name: string): Process =>
  defineProcess({
    name,
    element: numbers,
    output: output<Row>({ target: 'push' }),
    state: { last: valueState<number>() },
    onElement: ({ n }, { emit, key, state }) => {
      state.last.set(n);
      emit({ p: name, k: key, what: 'handed on' });
    },
  }) as Process;

export const LEADERS = ['first', 'second'] as const;

export const CAST: readonly Process[] = LEADERS.flatMap((name) => [makeLeader(name), makeFollower(`${name}-next`)]);

/** What a leader and its follower put out for an element of a fresh key, in some order, when its timers have fired. */
export const rowsOf = (name: string, key: string): Row[] => [
  { p: name, k: key, what: 'element' },
  { p: name, k: key, what: 'answer' },
  { p: name, k: key, what: 'processing soon' },
  { p: name, k: key, what: 'processing far' },
  { p: name, k: key, what: 'event null' },
  { p: `${name}-next`, k: key, what: 'handed on' },
];
