import { cancelMessage } from './cancel-message.ts';
import { requireClock } from './clock-check.ts';
import type { Engine } from './engine.ts';
import { explainMessage } from './explain-message.ts';
import { findMessage } from './find-message.ts';
import { openIntake } from './intake.ts';
import type { MessageDesk } from './message-desk.ts';
import { makePutKeyed } from './put-keyed.ts';
import { makeReferenceWriter } from './reference-writer.ts';
import { makeCursorGuard } from './tick/cursor-guard.ts';

/** The use cases of messages on the segment engine. */
export const makeMessageDesk = (engine: Engine): MessageDesk => {
  const cursorIsThere = makeCursorGuard(engine);
  const putKeyed = makePutKeyed(engine, makeReferenceWriter(engine));
  return {
    putKeyed: async (key, message) => {
      await requireClock(engine);
      await cursorIsThere();
      return putKeyed(key, message);
    },
    openIntake: async (request) => {
      await requireClock(engine);
      await cursorIsThere();
      return openIntake(engine, request);
    },
    find: async (keyOrId) => (await findMessage(engine, keyOrId))?.view,
    cancel: async (keyOrId) => {
      await requireClock(engine);
      return cancelMessage(engine, keyOrId);
    },
    explain: (keyOrId) => explainMessage(engine, keyOrId),
  };
};
