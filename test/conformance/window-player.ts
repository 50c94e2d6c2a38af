import { type Assigner, session, sliding, tumbling } from '../../shared/core/process/window/assigner.ts';
import { collect } from '../../shared/core/process/window/contents.ts';
import type { Trigger } from '../../shared/core/process/window/engine.ts';
import { defineWindowedProcess } from '../../shared/core/process/window/windowed.ts';
import { makeHarness } from '../../shared/testing/harness.ts';
import { anything } from './anything.ts';
import { readInstant } from './instants.ts';
import { showEvent } from './lines.ts';
import { attempt, type Player } from './script.ts';

const DEFAULT_SIZE = 10;

/** The windows that a title speaks of: `sliding size 10 slide 4`, `tumbling 10`, `session gap 10`. */
function assignerOf(title: string, setup: number): Assigner<unknown> {
  const number = (pattern: RegExp, otherwise: number): number => Number(pattern.exec(title)?.[1] ?? otherwise);
  if (/dynamic session gap/.test(title)) return session(() => number(/gap (\d+)/, 0));
  if (/session/i.test(title)) return session(number(/gap (\d+)/, DEFAULT_SIZE));
  if (/sliding/i.test(title)) return sliding(number(/size (\d+)/, DEFAULT_SIZE), number(/slide (\d+)/, 5));
  const offsets = /offset (-?\d+)(?: and (-?\d+))?/.exec(title);
  return tumbling(number(/(?:tumbling|size) (\d+)/, DEFAULT_SIZE), Number(offsets?.[1 + setup] ?? 0));
}

function triggerOf(title: string): Trigger {
  const everyMs = Number(/Continuous\w*\s*\(?(\d+)/.exec(title)?.[1]);
  const count = Number(/CountTrigger\s*\(?(\d+)/.exec(title)?.[1]);
  if (everyMs > 0) return { kind: 'every', everyMs };
  return count > 0 ? { kind: 'count', count } : { kind: 'end' };
}

const windowed = (title: string, setup: number) =>
  defineWindowedProcess({
    name: 'windowed',
    element: anything<string>(),
    windows: assignerOf(title, setup),
    contents: collect<string>(),
    result: (values, { key, start, end }) => `${key}[${start},${end})=[${[...values].sort().join(', ')}]`,
    time: /processing-time/i.test(title) ? 'processing' : 'event',
    allowedLatenessMs: Number(/lateness (\d+)/.exec(title)?.[1] ?? 0),
    trigger: triggerOf(title),
    purge: /purging/i.test(title),
  });

/** `el a1 @5`: the value `a1` of key `a`. A title with two offsets is of two operators, one after the other. */
export const windowPlayer: Player = ({ title }) => {
  let setup = 0;
  let ended = false;
  let harness = makeHarness(windowed(title, setup));
  let told = 0;

  const feed = (value: string, at: string): void => {
    if (ended) {
      harness = makeHarness(windowed(title, ++setup));
      told = 0;
      ended = false;
    }
    const time = at === 'none' ? {} : { timestamp: readInstant(at) };
    harness.element({ key: value.slice(0, 1), value, ...time });
  };

  const act = (action: string): readonly string[] => {
    const [, value, at] = /^el (\S+) @(\S+)$/.exec(action) ?? [];
    if (value !== undefined && at !== undefined) feed(value, at);
    else if (action.startsWith('wm ')) {
      harness.advanceWatermark(readInstant(action.slice(3)));
      ended = action === 'wm MAX';
    } else if (action.startsWith('pt ')) harness.advanceTo(readInstant(action.slice(3)));
    else if (/^(?:num|entries)/.test(action)) observe(harness, action);
    else refuse(action);
    const events = harness.log().slice(told);
    told += events.length;
    return events.map(showEvent);
  };
  return { perform: (action) => attempt(() => act(action)) };
};

type WindowHarness = ReturnType<typeof makeHarness<{ main: string }, string, Record<'late', never>>>;

function observe(harness: Pick<WindowHarness, 'keys' | 'timers' | 'state'>, action: string): void {
  const keys = harness.keys();
  const entries = keys.reduce((sum, key) => sum + Object.keys(harness.state(key).windows ?? {}).length, 0);
  const timers = (domain: string): number =>
    keys.flatMap((key) => harness.timers(key)).filter((timer) => timer.domain === domain).length;
  const figures: Readonly<Record<string, number>> = { numE: timers('event'), numP: timers('processing'), entries };
  for (const [, name = '', wanted] of action.matchAll(/(\w+)=(\d+)/g)) {
    if (figures[name] !== Number(wanted)) throw new Error(`${name} is ${figures[name]}`);
  }
}

/** Steps that only tell of a refusal: what Flink refused is done here, and has to be refused. */
function refuse(action: string): void {
  if (/no timestamp marker/.test(action)) makeHarness(windowed('tumbling', 0)).element({ key: 'a', value: 'a1' });
  else if (/Tumbling\w+ parameters/.test(action)) tumbling(DEFAULT_SIZE, DEFAULT_SIZE);
  else if (/Sliding\w+ parameters/.test(action)) sliding(DEFAULT_SIZE, 0);
  else if (/Session\w+ parameters/.test(action)) session(0);
  else throw new Error(`The vectors have no step "${action}".`);
}
