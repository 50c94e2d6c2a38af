import { makeSend } from '../../functions/send/send.ts';
import type { Engine } from '../app/engine.ts';
import { composeChannels, composeSender } from '../compose-sender.ts';
import type { Config } from '../config.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { startEventSource } from './event-source.ts';
import { makeAbandonable } from './make-abandonable.ts';
import type { Storage } from './open-storage.ts';
import { within } from './within.ts';

export type SendingParts = {
  readonly engine: Engine;
  readonly config: Config;
  readonly storage: Storage;
  /** Gets the messages of targets of kind `log`. */
  readonly logTelemetry: Telemetry;
  readonly onError: (error: unknown) => void;
};

export type Sending = {
  /** Starts nothing more, waits for what is under way, and logs it, within seven seconds; again, it only waits. */
  stop(): Promise<void>;
};

/** A receiver that does not answer is given up after so long, so that what was sent can be logged. */
const ATTEMPT_PATIENCE_MS = 5_000;
/** What is left then is only memory. */
const CLOSE_PATIENCE_MS = 1_000;

/** The send function behind its queue. */
export function startSending({ engine, config, storage, logTelemetry, onError }: SendingParts): Sending {
  const channels = composeChannels(config, { clock: engine.clock, telemetry: logTelemetry });
  const { wrap, abandon } = makeAbandonable();
  const { http, sqs, sns, eventbridge, lambda } = channels;
  const sender = composeSender(engine, {
    ...channels,
    http: wrap(http),
    sqs: wrap(sqs),
    sns: wrap(sns),
    eventbridge: wrap(eventbridge),
    lambda: wrap(lambda),
  });
  const source = startEventSource({
    endpoint: storage.engines.sqsEndpoint,
    queue: storage.queues.send,
    name: 'send',
    serve: makeSend({ ...engine, sender }),
    onError,
  });
  const end = async (): Promise<void> => {
    sender.stop();
    const patience = setTimeout(abandon, ATTEMPT_PATIENCE_MS);
    await source.stop();
    clearTimeout(patience);
    await within(CLOSE_PATIENCE_MS, http.close());
  };
  let ended: Promise<void> | undefined;
  return {
    stop: () => {
      ended ??= end();
      return ended;
    },
  };
}
