import { cancelMessage } from './cancel-message.ts';
import type { Engine } from './engine.ts';
import { explainMessage } from './explain-message.ts';
import { findMessage } from './find-message.ts';
import { openIntake } from './intake.ts';
import type { MessageDesk } from './message-desk.ts';
import { makePutKeyed } from './put-keyed.ts';
import { makeReferenceWriter } from './reference-writer.ts';

/** The use cases of messages on the segment engine. */
export const makeMessageDesk = (engine: Engine): MessageDesk => ({
  putKeyed: makePutKeyed(engine, makeReferenceWriter(engine)),
  openIntake: (request) => openIntake(engine, request),
  find: async (keyOrId) => (await findMessage(engine, keyOrId))?.view,
  cancel: (keyOrId) => cancelMessage(engine, keyOrId),
  explain: (keyOrId) => explainMessage(engine, keyOrId),
});
