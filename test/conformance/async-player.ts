import { call } from '../../shared/core/process/call/call-spec.ts';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { makeHarness } from '../../shared/testing/harness.ts';
import type { Harness, Saved } from '../../shared/testing/harness-types.ts';
import { HarnessCrash } from '../../shared/testing/world.ts';
import { anything } from './anything.ts';
import { readInstant } from './instants.ts';
import { showEvent } from './lines.ts';
import { attempt, type Player } from './script.ts';
import type { Vector } from './vectors.ts';

/** What the steps of a case do not tell. A case that goes back in time is of two operators, one after the other. */
type Setting = {
  readonly timeoutMs?: number;
  /** Retries of an empty result or an exception, 100 ms after it. */
  readonly maxRetries?: number;
  /** A timeout is answered with `TO` and the number of the element. */
  readonly fallback?: boolean;
  readonly ordered?: boolean;
  /** The step before whose commit the operator is restarted. */
  readonly restartAt?: string;
};

const SETTINGS: Readonly<Record<string, readonly Setting[]>> = {
  A04: [{ timeoutMs: 10 }, { timeoutMs: 10, fallback: true }],
  A06: [{ maxRetries: 2 }],
  A07: [{ maxRetries: 1 }],
  A08: [{ maxRetries: 5, timeoutMs: 150, fallback: true }],
  A11: [{ maxRetries: 2 }],
  A12: [{ ordered: true, restartAt: 'complete(2)=[b]' }],
};

const RETRY_MS = 100;
const FOR_EVER = 1_000_000;

const sideOutputs = { told: output<string>() };

const asking = ({ timeoutMs = FOR_EVER, maxRetries = 0, fallback = false, ordered = false }: Setting) => {
  const ask = call({
    run: async (value: string): Promise<readonly string[]> => [value],
    timeoutMs,
    totalTimeoutMs: timeoutMs,
    order: ordered ? 'ordered' : 'unordered',
    retry: { maxRetries, initialMs: RETRY_MS, factor: 1, retryResult: (values) => values.length === 0 },
  });
  return defineProcess({
    name: 'asking',
    element: anything<string>(),
    output: output<string>(),
    sideOutputs,
    calls: { ask },
    onElement: (value, ctx) => ctx.call.ask(value),
    onResult: {
      ask: (values, { emit }) => {
        for (const value of values) emit(value);
      },
    },
    onFailure: {
      ask: ({ reason }, ctx, value) => {
        const timedOut = /^(?:TimeoutError|No result within)/.test(reason);
        if (timedOut) ctx.sideOutput('told', `timeout(${value})@pt${ctx.now}`);
        if (timedOut && fallback) ctx.emit(`TO${value}`);
        else ctx.sideOutput('told', 'DEAD');
      },
    },
  });
};

type AskingHarness = Harness<{ main: string }, string, typeof sideOutputs>;

/** `el 1 @11` asks for 1; `complete(1)=[a, b]` ends the attempt that runs for it with two results. */
export const asyncPlayer: Player = (vector) => {
  let setting = settingOf(vector, 0);
  let now = 0;
  let told = 0;
  let harness: AskingHarness = makeHarness(asking(setting));
  const start = (restore?: Saved): void => {
    harness = makeHarness(asking(setting), restore ? { restore } : {});
    told = 0;
  };

  const advance = (at: number): void => {
    if (at < now) {
      setting = settingOf(vector, 1);
      start();
    }
    now = at;
    harness.advanceTo(at);
  };

  const complete = (value: string | undefined, reply: Parameters<AskingHarness['settleCall']>[1]): void => {
    // An answer to a question that is over goes nowhere.
    const id = harness.calls().find(({ request }) => request === value)?.id ?? 'over';
    harness.settleCall(id, reply);
  };

  const act = (action: string): readonly string[] => {
    const [, value, at] = /^el (\S+) @(\S+)$/.exec(action) ?? [];
    const [, done, results] = /^complete\((\w+)\)=\[(.*)\]$/.exec(action) ?? [];
    const [, failed] = /^completeExceptionally\((\w+)\)$/.exec(action) ?? [];
    if (value !== undefined && at !== undefined) {
      harness.element({ key: 'all', value, timestamp: readInstant(at) });
    } else if (action.startsWith('wm ')) harness.advanceWatermark(readInstant(action.slice(3)));
    else if (action.startsWith('pt ')) advance(readInstant(action.slice(3)));
    else if (results !== undefined) complete(done, { ok: results.split(', ').filter((result) => result !== '') });
    else if (failed !== undefined) complete(failed, { failed: new Error(`E${failed}`) });
    else if (action.startsWith('endInput')) harness.end();
    else throw new Error(`The vectors have no step "${action}".`);
    return news();
  };
  const news = (): readonly string[] => {
    const events = harness.log().slice(told);
    told += events.length;
    // What Flink's test functions print.
    return events.map(showEvent).map((line) => line.replace(/^SIDE\[told\] (.*) @\S+$/, '$1'));
  };

  const perform = (action: string) =>
    attempt(() => {
      if (action !== setting.restartAt) return act(action);
      harness.crashNext('before-commit');
      try {
        act(action);
      } catch (error) {
        if (!(error instanceof HarnessCrash)) throw error;
      }
      start(harness.save());
      return news();
    });
  return { perform };
};

const settingOf = ({ id, title }: Vector, operator: number): Setting => {
  const setting = SETTINGS[id]?.[operator] ?? {};
  return /\bordered\b/i.test(title) ? { ...setting, ordered: true } : setting;
};
