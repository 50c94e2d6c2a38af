import { object, string } from 'valibot';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';

/** Starts work in its handler, does not await it, and uses its context when it is over. */
export const hanging = defineProcess({
  name: 'hanging',
  element: object({ text: string() }),
  state: { last: valueState<string>() },
  onElement: ({ text }, { state }) => {
    state.last.set(text);
    setTimeout(() => Promise.reject(new Error(`of ${text}`)), 1);
    void Promise.resolve().then(() => state.last.set('too late'));
  },
});
