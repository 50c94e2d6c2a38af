import type { Target } from '../../shared/core/delivery/target.ts';
import type { Delivery } from '../../shared/ports/channel.ts';
import type { Actor } from './actor.ts';
import { isSkewed, startedSkewed } from './cancel-checks.ts';
import type { Model } from './model.ts';
import { MOST_SKEW_MS } from './model.ts';
import { tagIn } from './receiver.ts';

/** A replaced message may still fire where the answer came later than this before it was due (P9). */
const REPLACE_FENCE_MS = 2_000;

const decoder = new TextDecoder();

/** Looks at every attempt as its worker lets it go. */
export const makeAttemptChecks = (model: Model, trueNow: () => number) => {
  const idOfTag = new Map<string, string>();

  const checkRevoked = (worker: Actor, id: string): void => {
    const revoked = model.revoked.get(id);
    if (!revoked || isSkewed(revoked, worker.offset()) || startedSkewed(revoked, model.arrivals)) return;
    const inTime = revoked.dueAt - (revoked.at + revoked.offsetMs) >= REPLACE_FENCE_MS;
    if (revoked.how === 'replaced' && !inTime) return;
    model.violate(
      'P9',
      `${worker.name} starts an attempt of a message that was ${revoked.how} ${trueNow() - revoked.at} ms ago`,
      id,
    );
  };

  /**
   * Early is what is so by the worker's own clock and in truth: a clock that jumped back makes nothing early. One that
   * jumped ahead is found out by the first answer of the store, before anything more is due by it.
   */
  const checkEarly = (worker: Actor, id: string, dueAt: number): void => {
    const trulyMs = dueAt - trueNow();
    const early = trulyMs > 0 && (worker.clock.now() < dueAt || trulyMs > MOST_SKEW_MS);
    if (early) model.violate('P6', `${worker.name} starts ${id} ${trulyMs} ms before it is due`, id);
  };

  return (worker: Actor, target: Target, delivery: Delivery): void => {
    const { messageId: id, payload, dueAt } = delivery;
    const now = worker.clock.now();
    const text = decoder.decode(payload);
    const tag = tagIn(text);
    const sent = model.submitted.get(tag);
    if (!sent) {
      model.violate('P1', `an attempt of ${tag}, which nobody sent`, id);
      return;
    }
    checkEarly(worker, id, dueAt);
    if (sent.notAfter !== undefined && now > sent.notAfter)
      model.violate('P8', `an attempt ${now - sent.notAfter} ms after notAfter`, id);
    if (sent.target !== target.name) model.violate('P4', `${tag} for ${sent.target} goes to ${target.name}`, id);
    if (text !== sent.payload) model.violate('P4', `the payload of ${tag} changed on its way`, id);
    const accepted = model.accepted.get(id);
    if (accepted && accepted.dueAt !== dueAt)
      model.violate('P4', `${id} was due at ${accepted.dueAt} and is sent as due at ${dueAt}`, id);
    if (accepted && accepted.tag !== tag)
      model.violate('P4', `${id} was given for ${accepted.tag} and is sent as ${tag}`, id);
    const known = idOfTag.get(tag) ?? id;
    idOfTag.set(tag, known);
    // A PUT that is repeated after its message was sent makes another message: only bulk ids follow from the call.
    if (known !== id && sent.key === undefined)
      model.violate('P4', `${tag} is sent under ${known} and under ${id}`, id);
    checkRevoked(worker, id);
  };
};
