import { number, object, optional, string } from 'valibot';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';

const SENT_IS_KNOWN_FOR = 7 * 24 * 3_600_000;

export type Release = { readonly driver: string; readonly text: string };

/**
 * Keeps each message, keyed by its id, until its instant, and releases it once. A message that comes again with a later
 * `revision` moves. What was sent is remembered for a week, so that a redelivery does not send it again; the memory of
 * what was sent is all that has a time to live, so none can lose a pending message.
 */
export const releaseMessages = defineProcess({
  name: 'release-messages',
  element: object({ driver: string(), text: string(), releaseAt: number(), revision: optional(number(), 0) }),
  output: output<Release>({ target: 'echo' }),
  state: {
    pending: valueState<Release & { readonly revision: number }>(),
    sentRevision: valueState<number>({ ttl: { ms: SENT_IS_KNOWN_FOR } }),
  },
  onElement: ({ driver, text, releaseAt, revision }, { state, timers }) => {
    const known = state.pending.get()?.revision ?? -1;
    if (revision <= known || state.sentRevision.get() !== null) return;
    state.pending.set({ driver, text, revision });
    timers.processing.setNamed('release', releaseAt);
  },
  onTimer: (_, { emit, state }) => {
    const message = state.pending.get();
    if (!message) return;
    emit({ driver: message.driver, text: message.text });
    state.pending.clear();
    state.sentRevision.set(message.revision);
  },
});
