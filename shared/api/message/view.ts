import type { KeyedReceipt } from '../../app/message-desk.ts';
import type { Decision, MessageView } from '../../core/message/message-view.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { formatInstant } from '../../core/time/instant.ts';
import type { AcceptedMessage, Explanation, MessageAnswer } from './answers.ts';

const identityView = ({ key, id, ref, state, dueAt }: MessageView) => ({
  ...(key !== undefined && { key }),
  id,
  ...(ref !== undefined && { ref }),
  state,
  dueAt: formatInstant(dueAt),
});

export const acceptedView = ({ view, replaced, duplicate }: KeyedReceipt): AcceptedMessage => ({
  ...identityView(view),
  replaced,
  ...(duplicate && { duplicate }),
  ...view.zone,
});

export const messageView = (view: MessageView): MessageAnswer => ({
  ...identityView(view),
  ...view.zone,
  target: view.target,
  attempts: view.attempts,
  ...instantOf('sentAt', view.sentAt),
  ...(view.latenessMs !== undefined && { latenessMs: view.latenessMs }),
  ...(view.lastError !== undefined && { lastError: view.lastError }),
  ...instantOf('nextAttemptAt', view.nextAttemptAt),
});

export const explanationView = (view: MessageView, decisions: readonly Decision[]): Explanation => ({
  ...messageView(view),
  decisions: decisions.map(({ step, at, detail }) => ({ step, ...instantOf('at', at), detail: { ...detail } })),
});

const instantOf = <Name extends string>(name: Name, at: EpochMs | undefined) =>
  (at === undefined ? {} : { [name]: formatInstant(at) }) as { [_ in Name]?: string };
