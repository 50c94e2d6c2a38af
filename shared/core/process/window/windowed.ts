import { defineProcess, type TypedProcess } from '../definition.ts';
import type { Limits } from '../limits.ts';
import { type OutputSpec, output } from '../output.ts';
import { ProcessError } from '../process-error.ts';
import type { OutputOf, StandardSchema } from '../standard-schema.ts';
import { mapState } from '../state/spec.ts';
import { boundedOutOfOrderness, type WatermarkStrategy } from '../watermark/strategy.ts';
import type { Assigner, Window } from './assigner.ts';
import type { Contents } from './contents.ts';
import {
  addToWindow,
  type Held,
  isBehind,
  onWindowTimer,
  type Trigger,
  type WindowRules,
  windowTime,
} from './engine.ts';

export type WindowedDefinition<E extends StandardSchema, Acc, Out> = {
  readonly name: string;
  readonly element: E;
  readonly windows: Assigner<OutputOf<E>>;
  /** `reduce(…)`, `collect()` for a function of the whole window, or an aggregate of your own. */
  readonly contents: Contents<OutputOf<E>, Acc>;
  /** What goes out for a window, with the timestamp `end − 1`. */
  readonly result: (contents: Acc, window: Window & { readonly key: string }) => Out;
  readonly output?: OutputSpec<Out>;
  /** Where elements go that no window took: `late`; `future` and `tooLarge` as in other processes. */
  readonly sideOutputs?: { readonly [K in 'late' | 'future' | 'tooLarge']?: OutputSpec<OutputOf<E>> };
  /** Default `event`. */
  readonly time?: 'event' | 'processing';
  /** How long after its end a window takes elements, each of which gives its contents again. Default 0. */
  readonly allowedLatenessMs?: number;
  readonly trigger?: Trigger;
  /** Forgets the contents once given. Default false. */
  readonly purge?: boolean;
  readonly watermark?: WatermarkStrategy;
  readonly maxFutureMs?: number;
  readonly limits?: Partial<Limits>;
};

/**
 * A process that gathers its elements in windows. Elements whose windows are all gone go to the side output `late`.
 *
 * N1 A window is gone when the watermark reaches its end − 1 + the allowed lateness.
 * N2 Its timers are named after it: `end` gives the contents, `pane` gives them before, `gone` forgets it.
 * N3 Of a key's merging windows no two touch.
 */
export const defineWindowedProcess = <E extends StandardSchema, Acc, Out>(
  definition: WindowedDefinition<E, Acc, Out>,
): TypedProcess<{ main: OutputOf<E> }, Out, { late: OutputSpec<OutputOf<E>> }> => {
  const rules = rulesOf(definition);
  return defineProcess({
    name: definition.name,
    element: definition.element,
    output: definition.output ?? output<Out>(),
    sideOutputs: { late: output<OutputOf<E>>(), ...definition.sideOutputs },
    state: { windows: mapState<Held>() },
    ...(rules.time === 'event' ? { watermark: definition.watermark ?? boundedOutOfOrderness(0) } : {}),
    ...(definition.maxFutureMs === undefined ? {} : { maxFutureMs: definition.maxFutureMs }),
    ...(definition.limits ? { limits: definition.limits } : {}),
    onElement: (value, ctx) => {
      const call = { value, ctx: ctx as never };
      const at = windowTime(rules, call.ctx);
      const windows = definition.windows.assign(at, value);
      const taken = windows.filter((window) => addToWindow(rules, window, call));
      if (taken.length === 0 && isBehind(rules, at, call.ctx)) ctx.sideOutput('late', value, at);
    },
    onTimer: (_, ctx) => onWindowTimer(rules, ctx as never),
  });
};

function rulesOf<E extends StandardSchema, Acc, Out>(definition: WindowedDefinition<E, Acc, Out>): WindowRules {
  const { allowedLatenessMs = 0, trigger = { kind: 'end' } } = definition;
  const size = trigger.kind === 'every' ? trigger.everyMs : trigger.kind === 'count' ? trigger.count : 1;
  if (!(allowedLatenessMs >= 0 && size > 0)) {
    throw new ProcessError(
      'INVALID_DEFINITION',
      `Process "${definition.name}": the allowed lateness has to be 0 or more, the trigger's period or count above 0.`,
    );
  }
  return {
    time: definition.time ?? 'event',
    allowedLatenessMs,
    trigger,
    purge: definition.purge ?? false,
    merging: definition.windows.merging,
    contents: definition.contents as Contents<unknown, unknown>,
    result: definition.result as WindowRules['result'],
  };
}
