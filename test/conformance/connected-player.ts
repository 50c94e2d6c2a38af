import { defineConnectedProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';
import { makeHarness } from '../../shared/testing/harness.ts';
import { anything } from './anything.ts';
import { readInstant, showInstant } from './instants.ts';
import { showEvent } from './lines.ts';
import { attempt, type Player } from './script.ts';

/** Both inputs of a key share its state, and set a timer for 5. */
const connected = () =>
  defineConnectedProcess({
    name: 'connected',
    inputs: { in1: anything<string>(), in2: anything<string>() },
    output: output<string>(),
    state: { seen: valueState<string>() },
    onElement: {
      in1: (value, ctx) => {
        ctx.state.seen.set(`1:${value}`);
        ctx.timers.event.set(5);
        ctx.emit(`in1 ${ctx.key} wm=${showInstant(ctx.watermark)}`);
      },
      in2: (_, ctx) => {
        ctx.timers.event.set(5);
        ctx.emit(`in2 sees ${ctx.state.seen.get()}`);
      },
    },
    onTimer: (timestamp, ctx) => ctx.emit(`T(${ctx.key},${timestamp}) state=${ctx.state.seen.get()}`),
  });

/** `els a1(in1) a2(in2)`: elements at 1 of key `a`; `wm1=10`: the watermark of the first input. */
export const connectedPlayer: Player = () => {
  const harness = makeHarness(connected());
  let told = 0;
  const act = (action: string): readonly string[] => {
    const [, input, at] = /^wm(\d)=(\S+)$/.exec(action) ?? [];
    if (input && at) harness.advanceWatermark(readInstant(at), `in${input}`);
    else if (action.startsWith('els ')) {
      for (const [, value = '', to] of action.matchAll(/(\w+)\((in[12])\)/g)) {
        harness.element({ key: value.slice(0, 1), input: to as 'in1' | 'in2', value, timestamp: 1 });
      }
    } else throw new Error(`The vectors have no step "${action}".`);
    const events = harness.log().slice(told);
    told += events.length;
    return events.map(showEvent);
  };
  return { perform: (action) => attempt(() => act(action)) };
};
