import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import type { PointerFunction } from '../../functions/pointer-batch.ts';
import { makeSend } from '../../functions/send/send.ts';
import { makeSender } from '../../shared/app/send/make-sender.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Received } from '../../shared/memory/memory-queue.ts';
import type { Channel } from '../../shared/ports/channel.ts';
import type { Actor } from './actor.ts';
import type { Dice } from './dice.ts';
import type { Process, Processes, ProcessWorld } from './process.ts';
import { flushAfter } from './process.ts';
import type { Ticket } from './timeline.ts';

export type SandboxWorld = ProcessWorld & {
  readonly processes: Processes;
  readonly channelOf: (worker: Actor, beforeCall: Process['beforeCall']) => Channel;
  readonly dice: Dice;
};

type Sandbox = { process: Process; send: PointerFunction; busy: boolean };

type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

const BATCH = 10;

/** Fewer than the deployment's, so that hints end among the dead letters while there is time to see it. */
const MAX_RECEIVES = 3;

const toEvent = (hints: readonly Received[]): SQSEvent => ({
  Records: hints.map(({ id, body }) => ({ messageId: id, body }) as SQSRecord),
});

/** The sandboxes of the send function and the service that feeds them from the queue. */
export const makeSandboxes = (world: SandboxWorld) => {
  const { scene, timeline, weather, queue, trace, dice } = world;
  const sandboxes: Sandbox[] = [];
  const underWay = new Set<string>();
  let looking: { readonly at: number; readonly ticket: Ticket } | undefined;

  const start = (): Sandbox => {
    const process = world.processes.start('send');
    const { engine, targets, actor } = process;
    const channel = world.channelOf(actor, process.beforeCall);
    const sender = makeSender({ engine, targets, channelOf: () => channel });
    return { process, send: makeSend({ sender, clock: engine.clock, telemetry: engine.telemetry }), busy: false };
  };

  /** A hint that came too often goes away, or stays where nothing takes it (F49). */
  const withoutSpent = (hints: readonly Received[]): Received[] =>
    hints.filter(({ id, body, receiveCount }) => {
      if (underWay.has(body)) weather.note(receiveCount > 1 ? 'F11' : 'F09');
      if (receiveCount <= MAX_RECEIVES || weather.strikes('F49', 1)) return true;
      queue.remove(id);
      return false;
    });

  const free = (sandbox: Sandbox): void => {
    sandbox.busy = false;
    lookAgain();
  };

  /** The service ends what runs too long, and a fault ends it before (F12). */
  const planDeath = (sandbox: Sandbox, deadline: number): Ticket => {
    const { actor } = sandbox.process;
    const early = weather.strikes('F12', 0.05);
    const at = early ? weather.dice('F12').int(timeline.now(), deadline) : deadline;
    return timeline.at(at, () => {
      trace(() => `${actor.name} is killed${early ? '' : ' at its deadline'}`);
      actor.crash();
      Object.assign(sandbox, start());
      free(sandbox);
    });
  };

  const invoke = (sandbox: Sandbox, hints: readonly Received[]): void => {
    if (!sandbox.process.actor.alive()) Object.assign(sandbox, start());
    const { process } = sandbox;
    sandbox.busy = true;
    const deadline = timeline.now() + scene.timeoutMs;
    const death = planDeath(sandbox, deadline);
    const context: Remaining = { getRemainingTimeInMillis: () => deadline - timeline.now() };
    for (const { body } of hints) underWay.add(body);
    trace(() => `${process.actor.name} gets ${hints.map(({ body }) => body).join(' ')}`);
    process.actor.unpark();
    process.actor.deliver(() => {
      const answer = sandbox.send(toEvent(hints), context as Context);
      void flushAfter(process, answer).then(({ batchItemFailures }) => {
        const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
        for (const { id } of hints) if (!failed.has(id)) queue.remove(id);
        for (const { body } of hints) underWay.delete(body);
        death.cancel();
        process.actor.park();
        free(sandbox);
      });
    });
  };

  const look = (): void => {
    looking = undefined;
    if (weather.isDown('compute') || weather.isDown('queue')) {
      wake(timeline.now() + 5_000);
      return;
    }
    const idle = sandboxes.filter(({ busy }) => !busy);
    const next = queue.nextVisibleAt() ?? Number.POSITIVE_INFINITY;
    if (idle.length === 0 || next > timeline.now()) {
      lookAgain();
      return;
    }
    const sandbox = dice.pick(idle as [Sandbox, ...Sandbox[]]);
    const hints = withoutSpent(queue.receive(epochMs(timeline.now()), dice.int(1, BATCH)));
    if (hints.length > 0) invoke(sandbox, hints);
    lookAgain();
  };

  /** Looks when the next hint shows. */
  const lookAgain = (): void => {
    const next = queue.nextVisibleAt();
    if (next !== undefined) wake(Math.max(next, timeline.now()));
  };

  /** Looks into the queue at `at`, unless that is planned already; while all are busy, the first that is free looks. */
  const wake = (at: number): void => {
    if ((looking && looking.at <= at) || sandboxes.every(({ busy }) => busy)) return;
    looking?.ticket.cancel();
    looking = { at, ticket: timeline.at(at, look) };
  };

  for (let n = 0; n < scene.senders; n += 1) sandboxes.push(start());
  return { wake };
};
