import type { MessageDesk } from '../../app/message-desk.ts';
import type { TargetLookup } from '../../app/target-registry.ts';
import { Problem } from '../../core/problem.ts';
import { quoted } from '../../core/quoted.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Handlers } from '../http/call.ts';
import { bytesOfBody, textOf } from '../http/request-body.ts';
import { traceparentOf } from '../http/request-headers.ts';
import { judgeKey, judgeNewKey } from '../http/request-path.ts';
import type { ApiLimits } from '../limits.ts';
import { makeDraftReader } from './draft.ts';
import { requireMessage } from './require-message.ts';
import { acceptedView, explanationView, messageView } from './view.ts';

export type MessageHandlerDeps = {
  readonly messages: MessageDesk;
  readonly targetLookup: TargetLookup;
  readonly clock: Clock;
  readonly limits: ApiLimits;
  readonly tzVersion: string;
};

type Ids = 'putMessage' | 'getMessage' | 'deleteMessage' | 'explainMessage';

/** The operations on single messages. */
export function makeMessageHandlers(deps: MessageHandlerDeps): Handlers<Ids> {
  const { messages, clock, limits, tzVersion } = deps;
  const readDraft = makeDraftReader('keyed', limits);

  return {
    putMessage: async ({ key, headers, carried }) => {
      judgeNewKey(key);
      const text = textOf(bytesOfBody(carried, limits.messageBytes));
      const context = { acceptedAt: clock.now(), tzVersion, traceparent: traceparentOf(headers) };
      const message = await requireMessage(readDraft(text, 0, text.length), context, key, deps);
      return { status: 202, body: acceptedView(await messages.putKeyed(key, message)) };
    },
    getMessage: async ({ key }) => {
      const view = await messages.find(judgeKey(key));
      if (view !== undefined) return { status: 200, body: messageView(view) };
      throw new Problem(404, 'NOT_FOUND', `There is no message ${quoted(key)}.`);
    },
    deleteMessage: async ({ key }) => ({ status: 200, body: messageView(await messages.cancel(judgeKey(key))) }),
    explainMessage: async ({ key }) => {
      const { view, decisions } = await messages.explain(judgeKey(key));
      return { status: 200, body: explanationView(view, decisions) };
    },
  };
}
