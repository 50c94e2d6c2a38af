import type { Context } from '../../shared/core/process/context.ts';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { type OutputSpecs, output } from '../../shared/core/process/output.ts';
import { makeHarness } from '../../shared/testing/harness.ts';
import type { Harness } from '../../shared/testing/harness-types.ts';
import { anything } from './anything.ts';
import { makeCallbacks } from './callbacks.ts';
import { readInstant, showInstant } from './instants.ts';
import { showEvent } from './lines.ts';
import { attempt, type Player } from './script.ts';
import type { Vector } from './vectors.ts';

const sideOutputs = { side: output<string>() } satisfies OutputSpecs;
// biome-ignore lint/complexity/noBannedTypes: a process without state
export type KeyedContext = Context<{}, string, typeof sideOutputs, {}>;

/** A process that does what its elements say, in the commands of the vectors, and tells of every `onTimer`. */
const commanded = (vector: Vector) => {
  const callbacks = makeCallbacks(vector);
  return defineProcess({
    name: 'commanded',
    element: anything<string>(),
    output: output<string>(),
    sideOutputs,
    onElement: (commands, ctx) => {
      for (const command of commands.split(';')) if (command !== '') run(command, ctx);
    },
    onTimer: (timestamp, ctx) => {
      const domain = ctx.timer?.domain === 'event' ? 'E' : 'P';
      const figures = `wm=${showInstant(ctx.watermark)} pt=${showInstant(ctx.now)}`;
      ctx.emit(`T(${ctx.key},${showInstant(timestamp)},${domain}) ${figures}`);
      for (const command of callbacks(`${ctx.key}@${showInstant(timestamp)}${domain}`)) run(command, ctx);
    },
  });
};

function run(command: string, ctx: KeyedContext): void {
  const [, domain, sign, at] = /^([ep])([+-])(-?\w+)$/.exec(command) ?? [];
  if (domain && sign && at) {
    const port = domain === 'e' ? ctx.timers.event : ctx.timers.processing;
    if (sign === '+') port.set(readInstant(at));
    else port.delete(readInstant(at));
  } else if (command.startsWith('out:')) ctx.emit(command.slice(4));
  else if (command.startsWith('side:')) ctx.sideOutput('side', command.slice(5));
  else if (command === 'side!') ctx.sideOutput(null as never, 'untagged' as never);
  else if (command === 'ts') ctx.emit(tellTime(ctx));
  else if (command === 'boom') throw new Error('boom');
  else throw new Error(`The vectors have no command "${command}".`);
}

const tellTime = (ctx: KeyedContext): string => {
  const timestamp = ctx.timestamp === null ? 'null' : showInstant(ctx.timestamp);
  return `key=${ctx.key} ctx.timestamp=${timestamp} wm=${showInstant(ctx.watermark)} pt=${showInstant(ctx.now)}`;
};

type CommandHarness = Harness<{ main: string }, string, typeof sideOutputs>;

export const keyedPlayer: Player = (vector) => {
  const harness: CommandHarness = makeHarness(commanded(vector));
  let told = 0;
  const news = (): string[] => {
    const events = harness.log().slice(told);
    told += events.length;
    return events.map(showEvent);
  };

  const act = (action: string): readonly string[] => {
    const [, key, commands, at] = /^el ([^:]*):(.*) @(\S+)$/.exec(action) ?? [];
    if (key !== undefined && commands !== undefined && at !== undefined) {
      harness.element({ key, value: commands, ...(at === 'none' ? {} : { timestamp: readInstant(at) }) });
    } else if (action.startsWith('wm ')) harness.advanceWatermark(readInstant(action.slice(3)));
    else if (action.startsWith('pt ')) harness.advanceTo(readInstant(action.slice(3)));
    else if (action === 'quiesced') harness.end();
    else if (/^element with null key THROWS/.test(action)) harness.element({ key: null as never, value: '' });
    else if (/^fired=\d+ last=/.test(action)) return burst(harness, action);
    else if (/^total firings=\d+/.test(action)) {
      rescaled(vector, action);
      return [];
    } else observe(harness, action);
    return news();
  };
  return { perform: (action) => attempt(() => act(action)) };
};

/** Checks `numE=2 numP=1`, alone or in a sentence. Physical timers are Flink's own. */
function observe(harness: CommandHarness, action: string): void {
  const counts = [...action.matchAll(/num([EP])[^=]*=(\d+)/g)];
  if (counts.length === 0) throw new Error(`The vectors have no step "${action}".`);
  for (const [, domain, wanted] of counts) {
    const pending = harness.keys().flatMap((key) => harness.timers(key));
    const count = pending.filter((timer) => timer.domain === (domain === 'E' ? 'event' : 'processing')).length;
    if (count !== Number(wanted)) throw new Error(`num${domain} is ${count}`);
  }
}

/** As many keys as fired set one timer each for the same time. */
function burst(harness: CommandHarness, action: string): readonly string[] {
  const [, fired, at] = /^fired=(\d+) last=WM\((\d+)\)/.exec(action) ?? [];
  for (let n = 0; n < Number(fired); n++) harness.element({ key: `k${n}`, value: `e+${at}`, timestamp: 1 });
  harness.advanceWatermark(Number(at));
  const lines = harness.log().map(showEvent);
  const calls = new Set(lines.slice(0, -1).filter((line) => line.startsWith('T(')));
  if (calls.size !== Number(fired) || lines.length !== calls.size + 1 || lines.at(-1) !== `WM(${at})`) {
    throw new Error(`${calls.size} keys fired, last ${lines.at(-1)}`);
  }
  return [];
}

/** Half of the timers fire before a restart and half after it: every one once. */
function rescaled(vector: Vector, action: string): void {
  const before: CommandHarness = makeHarness(commanded(vector));
  const wanted = Number(/^total firings=(\d+)/.exec(action)?.[1]);
  for (let n = 0; n < wanted; n++) before.element({ key: `k${n}`, value: `e+${n + 1}`, timestamp: 1 });
  before.advanceWatermark(Math.floor(wanted / 2));
  const after: CommandHarness = makeHarness(commanded(vector), { restore: before.save() });
  after.advanceWatermark(wanted);
  const calls = [...before.outputs(), ...after.outputs()].map(({ key }) => key);
  if (calls.length !== wanted || new Set(calls).size !== wanted) throw new Error(`${calls.length} firings`);
}
