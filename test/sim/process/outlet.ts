import type { Target } from '../../../shared/core/delivery/target.ts';
import type { CallAttempt } from '../../../shared/core/process/call/call-spec.ts';
import { NO_WATERMARK } from '../../../shared/core/process/event-time.ts';
import type { Delivery } from '../../../shared/ports/channel.ts';
import type { Actor } from '../actor.ts';
import type { Model } from '../model.ts';
import { MOST_SKEW_MS } from '../model.ts';
import type { Scene } from '../scene.ts';
import type { Timeline } from '../timeline.ts';
import type { Trace } from '../trace.ts';
import type { Weather } from '../weather.ts';
import { answerTo } from './asks.ts';
import type { Row, Tools } from './program.ts';
import type { makeWatermarkWatch } from './watermark-watch.ts';

export type OutletWorld = {
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly model: Model;
  readonly trace: Trace;
  readonly watch: ReturnType<typeof makeWatermarkWatch>;
};

const decoder = new TextDecoder();

/** A row names its process; what went past the handler is an element, whose id begins with it. */
const opened = (text: string): Pick<Row, 'process' | 'value'> => {
  const value = JSON.parse(text) as Row['value'];
  return { process: String(value.p ?? value.id).split('/')[0] ?? '', value };
};

/** Where processes reach the world outside: what they put out, and whom they call. */
export const makeOutlet = ({ scene, timeline, weather, model, trace, watch }: OutletWorld) => {
  /** What left, by message id. */
  const left = new Map<string, { readonly target: string; readonly text: string }>();
  const dice = scene.dice.fork('calls out');

  /** No handler sees a watermark that was not published, and none sees an instant of the clock before it comes. */
  const checkReached = (
    messageId: string,
    target: string,
    { process, value }: Pick<Row, 'process' | 'value'>,
  ): void => {
    if (target !== 'push') return;
    const published = watch.records.get(process)?.sources.published ?? NO_WATERMARK;
    const reached = Number(value.wm ?? value.start);
    if (reached > published)
      model.violate(
        'P15',
        `${process} puts out ${messageId} at ${reached}, and the watermark is ${published}`,
        process,
      );
    const aheadMs = Number(value.now ?? 0) - timeline.now();
    if (aheadMs > MOST_SKEW_MS) model.violate('P6', `${process} puts out ${messageId} ${aheadMs} ms ahead`, process);
  };

  const onStart = (_: Actor, target: Target, { messageId, payload }: Delivery): void => {
    const text = decoder.decode(payload);
    const before = left.get(messageId);
    left.set(messageId, { target: target.name, text });
    trace(() => `output ${messageId} to ${target.name}: ${text}`);
    if (!before) checkReached(messageId, target.name, opened(text));
    if (before && (before.text !== text || before.target !== target.name))
      model.violate('P14', `${messageId} was ${before.text} and is ${text}`, messageId);
  };

  /** Whoever is called answers, or does not. */
  const callOut = (actor: Actor) => (request: string, attempt: CallAttempt) =>
    actor.ask({ there: dice.int(1, 200), back: () => 0 }, async () => {
      trace(() => `${actor.name} calls out for ${request}, ${attempt.id} attempt ${attempt.attempt}`);
      if (weather.isDown('receiver') || weather.strikes('F20', 0.1)) throw new Error('simulated lost answer');
      return answerTo(request);
    });

  /** What receivers acted on, once for each message id. */
  const rows = (): Row[] => {
    const arrived = new Set(model.arrivals.flatMap(({ id, acted }) => (acted ? [id] : [])));
    return [...left].flatMap(([messageId, { target, text }]) =>
      arrived.has(messageId) ? [{ messageId, target, ...opened(text) }] : [],
    );
  };

  return { onStart, rows, toolsOf: (actor: Actor): Tools => ({ callOut: callOut(actor) }) };
};
