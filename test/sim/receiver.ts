import type { Target } from '../../shared/core/delivery/target.ts';
import type { Channel, Delivery, Outcome } from '../../shared/ports/channel.ts';
import type { Actor } from './actor.ts';
import type { Dice } from './dice.ts';
import type { Model } from './model.ts';
import type { Timeline } from './timeline.ts';
import type { Trace } from './trace.ts';
import type { Weather } from './weather.ts';

export type ReceiverWorld = {
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly model: Model;
  readonly dice: Dice;
  readonly trace: Trace;
  /** Looks at every attempt as it starts. */
  readonly onStart: (worker: Actor, target: Target, delivery: Delivery) => void;
};

type Answer = { readonly outcome: Outcome; readonly acted: boolean; readonly takesMs: number };

const failed = (reason: string, more: Partial<Outcome & { kind: 'failed' }> = {}): Outcome => ({
  kind: 'failed',
  retryable: true,
  effectPossible: false,
  reason,
  ...more,
});

const SENT: Outcome = { kind: 'sent', status: 200 };
const TIMEOUT_MS = 10_000;

/** How each target behaves while it is not calm. */
const MANNERS: Readonly<Record<string, (dice: Dice) => Answer | undefined>> = {
  slow: (dice) => {
    if (!dice.chance(0.05)) return { outcome: SENT, acted: true, takesMs: dice.int(200, 9_900) };
    return { outcome: failed('TIMEOUT', { effectPossible: true }), acted: dice.chance(0.5), takesMs: TIMEOUT_MS };
  },
  flaky: (dice) =>
    dice.chance(0.4)
      ? { outcome: failed('HTTP_500', { status: 500, effectPossible: true }), acted: false, takesMs: 5 }
      : undefined,
  once: (dice) => (dice.chance(0.2) ? { outcome: failed('CONNECT'), acted: false, takesMs: 3 } : undefined),
  busy: (dice) => {
    if (!dice.chance(0.2)) return undefined;
    const retryAfterMs = dice.int(0, 60) * 1000;
    return { outcome: failed('HTTP_429', { status: 429, retryAfterMs }), acted: false, takesMs: 3 };
  },
  gone: () => ({ outcome: failed('HTTP_404', { status: 404, retryable: false }), acted: false, takesMs: 4 }),
};

const decoder = new TextDecoder();

/** The tag in the text of a payload, or in how it begins. */
export const tagIn = (text: string): string => /"t":"([^"]*)"/.exec(text)?.[1] ?? '?';

const tagOf = (payload: Uint8Array): string => tagIn(decoder.decode(payload.subarray(0, 60)));

/** The way from one worker to every receiver; all that arrives is noted. */
export const makeReceiver = (world: ReceiverWorld) => {
  const { timeline, weather, model, dice } = world;

  const answerOf = (target: Target): Answer => {
    if (weather.isDown('receiver')) return { outcome: failed('CONNECT'), acted: false, takesMs: dice.int(1, 5_000) };
    const calm = timeline.now() >= weather.calmFrom;
    const answer = calm ? undefined : MANNERS[target.name]?.(dice);
    return answer ?? { outcome: SENT, acted: true, takesMs: dice.int(1, 40) };
  };

  /** The receiver acts, and nobody hears of it (F20). */
  const withLostAnswers = (answer: Answer): Answer => {
    if (!answer.acted || !weather.strikes('F20', 0.06)) return answer;
    return { ...answer, outcome: failed('ANSWER_LOST', { effectPossible: true }) };
  };

  const arrive = (
    worker: Actor,
    target: Target,
    sent: { delivery: Delivery; startedAt: number; offsetMs: number },
  ): Answer => {
    const { delivery, startedAt } = sent;
    const answer = withLostAnswers(answerOf(target));
    const { messageId: id, attempt, payload } = delivery;
    const tag = tagOf(payload);
    const answerLost = answer.acted && answer.outcome.kind === 'failed';
    const at = timeline.now();
    const { outcome, acted, takesMs } = answer;
    const asked = outcome.kind === 'failed' ? { failedAt: at + takesMs, retryAfterMs: outcome.retryAfterMs ?? 0 } : {};
    const to = { id, tag, target: target.name, attempt };
    model.arrivals.push({ ...to, worker, offsetMs: sent.offsetMs, startedAt, at, acted, answerLost, ...asked });
    world.trace(
      () =>
        `${worker.name} → ${target.name} ${id} ${tag} attempt ${attempt}: ${answer.outcome.kind === 'sent' ? 'sent' : answer.outcome.reason}`,
    );
    return answer;
  };

  /** A channel is code that may throw what is no error: before it has sent anything, or when all is reported (F18). */
  const throwPoint = (): 'first' | 'last' | undefined =>
    weather.strikes('F18', 0.03) ? weather.dice('F18').pick(['first', 'last']) : undefined;

  /** Deliveries leave in a few groups, so that a sandbox may die between them. */
  const channelOf = (worker: Actor, beforeCall: (actor: Actor, call: string) => void): Channel => ({
    send: async (target, deliveries, report) => {
      const left = { startedAt: timeline.now(), offsetMs: worker.offset() };
      for (const delivery of deliveries) world.onStart(worker, target, delivery);
      const throwsAt = throwPoint();
      if (throwsAt === 'first') throw undefined;
      const answers = deliveries.map((delivery, index) => {
        if (index % 8 === 0) beforeCall(worker, 'channel.send');
        const way = { there: dice.int(0, 3), back: (answer?: Answer) => answer?.takesMs ?? 0 };
        return worker
          .ask(way, async () => arrive(worker, target, { delivery, ...left }))
          .then(({ outcome }) => report(index, outcome));
      });
      await Promise.all(answers);
      if (throwsAt === 'last') throw undefined;
    },
  });
  return { channelOf };
};
