import type { Context, TimerPort } from '../context.ts';
import { alignDown, plusSaturating } from '../event-time.ts';
import { ProcessError } from '../process-error.ts';
import type { MapState } from '../state/map-state.ts';
import { touches, type Window } from './assigner.ts';
import type { Contents } from './contents.ts';

/** When a window gives its contents: at its end; also every `everyMs`; or whenever `count` more came, and only then. */
export type Trigger =
  | { readonly kind: 'end' }
  | { readonly kind: 'every'; readonly everyMs: number }
  | { readonly kind: 'count'; readonly count: number };

/** A window in the state of its key. */
export type Held = Window & { readonly contents: unknown; readonly count: number; readonly pane: number | null };

export type WindowRules = {
  readonly time: 'event' | 'processing';
  readonly allowedLatenessMs: number;
  readonly trigger: Trigger;
  readonly purge: boolean;
  readonly merging: boolean;
  readonly contents: Contents<unknown, unknown>;
  readonly result: (contents: unknown, window: Window & { readonly key: string }) => unknown;
};

export type WindowContext = Pick<Context, 'key' | 'now' | 'watermark' | 'timestamp' | 'timer' | 'timers' | 'emit'> & {
  readonly state: { readonly windows: MapState<Held> };
};

type Name = 'end' | 'pane' | 'gone';

/** The time by which an element is put in windows; event time needs a timestamp. */
export const windowTime = (rules: WindowRules, ctx: WindowContext): number => {
  if (rules.time === 'processing') return ctx.now;
  if (ctx.timestamp !== null) return ctx.timestamp;
  throw new ProcessError(
    'NO_TIMESTAMP',
    'An element without a timestamp has no window: send one, or use processing time.',
  );
};

/** Adds an element to a window; false when the window is gone. */
export const addToWindow = (
  rules: WindowRules,
  assigned: Window,
  call: { value: unknown; ctx: WindowContext },
): boolean => {
  const { value, ctx } = call;
  const held = rules.merging
    ? mergeTouching(rules, assigned, ctx)
    : (ctx.state.windows.get(nameOf(assigned)) ?? fresh(assigned));
  if (isGone(rules, held, ctx)) return false;
  const contents = held.contents === null ? rules.contents.create(value) : rules.contents.add(held.contents, value);
  const next = { ...held, contents, count: held.count + 1 };
  armWindow(rules, next, ctx);
  if (rules.trigger.kind === 'count' ? next.count >= rules.trigger.count : isOver(rules, next, ctx)) {
    give(rules, next, ctx);
  } else {
    const pane = rules.trigger.kind === 'every' ? (next.pane ?? firstPane(rules.trigger.everyMs, next, ctx)) : null;
    if (pane !== null) portOf(rules, ctx).setNamed(timerName('pane', next), pane);
    keep({ ...next, pane }, ctx);
  }
  return true;
};

/** Acts on the timer of a window (N2). */
export const onWindowTimer = (rules: WindowRules, ctx: WindowContext): void => {
  const [what, name = ''] = (ctx.timer?.name ?? '').split(' ');
  const held = ctx.state.windows.get(name);
  if (!held) return;
  const ends = what === 'end' && rules.trigger.kind !== 'count';
  const pane = what === 'pane' ? nextPane(rules, held, ctx) : held.pane;
  if (ends || what === 'pane') give(rules, { ...held, pane }, ctx);
  if (what === 'gone' || (what === 'end' && goneAt(rules, held) === held.end - 1)) ctx.state.windows.delete(name);
};

export const isBehind = (rules: WindowRules, at: number, ctx: WindowContext): boolean =>
  rules.time === 'event' && plusSaturating(at, rules.allowedLatenessMs) <= ctx.watermark;

function give(rules: WindowRules, held: Held, ctx: WindowContext): void {
  if (held.contents !== null) {
    const { start, end } = held;
    ctx.emit(rules.result(held.contents, { start, end, key: ctx.key }), end - 1);
  }
  keep({ ...held, count: 0, contents: rules.purge ? null : held.contents }, ctx);
}

/** The window with all that it touches merged into it; their timers go (N3). */
function mergeTouching(rules: WindowRules, assigned: Window, ctx: WindowContext): Held {
  let merged = fresh(assigned);
  const touching = ctx.state.windows.values().filter((held) => touches(held, assigned));
  for (const held of touching.sort((a, b) => a.start - b.start)) {
    forget(rules, held, ctx);
    const contents = merged.contents === null ? held.contents : rules.contents.merge(merged.contents, held.contents);
    merged = {
      start: Math.min(merged.start, held.start),
      end: Math.max(merged.end, held.end),
      contents,
      count: merged.count + held.count,
      pane: merged.pane ?? held.pane,
    };
  }
  return merged;
}

function forget(rules: WindowRules, held: Held, ctx: WindowContext): void {
  const port = portOf(rules, ctx);
  for (const what of ['end', 'pane', 'gone'] as const) port.deleteNamed(timerName(what, held));
  ctx.state.windows.delete(nameOf(held));
}

function armWindow(rules: WindowRules, held: Held, ctx: WindowContext): void {
  const port = portOf(rules, ctx);
  const gone = goneAt(rules, held);
  if (!isOver(rules, held, ctx)) port.setNamed(timerName('end', held), held.end - 1);
  if (gone !== held.end - 1) port.setNamed(timerName('gone', held), gone);
}

const firstPane = (everyMs: number, held: Held, ctx: WindowContext): number =>
  Math.min(alignDown(ctx.timestamp ?? ctx.now, everyMs) + everyMs, held.end - 1);

/** The pane after the one that fires; the end has a timer of its own. */
function nextPane(rules: WindowRules, held: Held, ctx: WindowContext): number | null {
  if (rules.trigger.kind !== 'every' || held.pane === null) return null;
  const next = held.pane + rules.trigger.everyMs;
  if (next >= held.end - 1) return null;
  portOf(rules, ctx).setNamed(timerName('pane', held), next);
  return next;
}

/** An element for a window whose end has passed gives its contents at once. */
const isOver = (rules: WindowRules, { end }: Window, ctx: WindowContext): boolean =>
  rules.time === 'event' && end - 1 <= ctx.watermark;

const goneAt = ({ time, allowedLatenessMs }: WindowRules, { end }: Window): number =>
  time === 'event' ? plusSaturating(end - 1, allowedLatenessMs) : end - 1;

const isGone = (rules: WindowRules, window: Window, ctx: WindowContext): boolean =>
  rules.time === 'event' && goneAt(rules, window) <= ctx.watermark;

const portOf = ({ time }: WindowRules, ctx: WindowContext): TimerPort => ctx.timers[time];

const keep = (held: Held, ctx: WindowContext): void => ctx.state.windows.set(nameOf(held), held);

const fresh = ({ start, end }: Window): Held => ({ start, end, contents: null, count: 0, pane: null });

const nameOf = ({ start, end }: Window): string => `${start}:${end}`;

const timerName = (what: Name, window: Window): string => `${what} ${nameOf(window)}`;
