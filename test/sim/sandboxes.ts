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

/** A process with the function that is in it. */
export type Loaded = { readonly process: Process; readonly serve: PointerFunction };

export type SandboxWorld = ProcessWorld & { readonly load: () => Loaded; readonly dice: Dice };

/** `busy`: how many events it has in hand. */
type Sandbox = { process: Process; serve: PointerFunction; busy: number };

type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

const BATCH = 10;

/** So many events at once where sandboxes serve several (F15). */
const SLOTS = 3;

/** Pollers back off while nothing can be started. */
const TAKEN_IN_VAIN = 0.2;

/** Fewer than the deployment's, so that hints end among the dead letters while there is time to see it. */
const MAX_RECEIVES = 3;

const toEvent = (hints: readonly Received[]): SQSEvent => ({
  Records: hints.map(({ id, body }) => ({ messageId: id, body }) as SQSRecord),
});

/** Loads the send function into a new process. */
export const loadSend = (
  processes: Processes,
  channelOf: (worker: Actor, beforeCall: Process['beforeCall']) => Channel,
): Loaded => {
  const process = processes.start('send');
  const { engine, targets, actor, beforeCall } = process;
  const channel = channelOf(actor, beforeCall);
  const sender = makeSender({ engine, targets, channelOf: () => channel });
  return { process, serve: makeSend({ sender, clock: engine.clock, telemetry: engine.telemetry }) };
};

/** The sandboxes of a function and the service that feeds them from its queue. */
export const makeSandboxes = (world: SandboxWorld) => {
  const { scene, timeline, weather, queue, trace, dice } = world;
  const sandboxes: Sandbox[] = [];
  const underWay = new Set<string>();
  let looking: { readonly at: number; readonly ticket: Ticket } | undefined;

  const start = (): Sandbox => ({ ...world.load(), busy: 0 });

  /** A hint that came too often goes away, or stays where nothing takes it (F49). */
  const withoutSpent = (hints: readonly Received[]): Received[] =>
    hints.filter(({ id, body, receiveCount }) => {
      if (underWay.has(body)) weather.note(receiveCount > 1 ? 'F11' : 'F09');
      if (receiveCount <= MAX_RECEIVES || weather.strikes('F49', 1)) return true;
      queue.remove(id);
      return false;
    });

  const isFree = ({ busy }: Sandbox): boolean => busy < (weather.isOn('F15') ? SLOTS : 1);

  const free = (sandbox: Sandbox): void => {
    sandbox.busy -= 1;
    if (sandbox.busy === 0) sandbox.process.actor.park();
    lookAgain();
  };

  const replace = (sandbox: Sandbox): void => {
    Object.assign(sandbox, start());
    lookAgain();
  };

  /** The service ends what runs too long, and a fault ends it before (F12). */
  const planDeath = (sandbox: Sandbox, deadline: number): Ticket => {
    const { process } = sandbox;
    const { actor } = process;
    const early = weather.strikes('F12', 0.05);
    const at = early ? weather.dice('F12').int(timeline.now(), deadline) : deadline;
    return timeline.at(at, () => {
      if (sandbox.process !== process) return;
      trace(() => `${actor.name} is killed${early ? '' : ' at its deadline'}`);
      actor.crash();
      replace(sandbox);
    });
  };

  const invoke = (sandbox: Sandbox, hints: readonly Received[]): void => {
    if (!sandbox.process.actor.alive()) Object.assign(sandbox, start());
    const { process } = sandbox;
    if (sandbox.busy > 0) weather.note('F15');
    sandbox.busy += 1;
    const deadline = timeline.now() + scene.timeoutMs;
    const death = planDeath(sandbox, deadline);
    const context: Remaining = { getRemainingTimeInMillis: () => deadline - timeline.now() };
    for (const { body } of hints) underWay.add(body);
    trace(() => `${process.actor.name} gets ${hints.map(({ body }) => body).join(' ')}`);
    process.actor.unpark();
    process.actor.deliver(() => {
      const answer = sandbox.serve(toEvent(hints), context as Context);
      void flushAfter(process, answer).then(({ batchItemFailures }) => {
        const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
        for (const { id } of hints) if (!failed.has(id)) queue.remove(id);
        for (const { body } of hints) underWay.delete(body);
        death.cancel();
        if (sandbox.process === process) free(sandbox);
      });
    });
  };

  /** The service takes hints that it finds no sandbox for, and they count as received (F13). */
  const takeInVain = (): void => {
    if (weather.isDown('queue') || !weather.dice('F13').chance(TAKEN_IN_VAIN)) return;
    withoutSpent(queue.receive(epochMs(timeline.now()), BATCH));
  };

  const look = (): void => {
    looking = undefined;
    if (weather.isDown('compute') || weather.isDown('queue')) {
      if (weather.has('F13')) takeInVain();
      wake(timeline.now() + 5_000);
      return;
    }
    const idle = sandboxes.filter(isFree);
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
    if ((looking && looking.at <= at) || !sandboxes.some(isFree)) return;
    looking?.ticket.cancel();
    looking = { at, ticket: timeline.at(at, look) };
  };

  for (let n = 0; n < scene.senders; n += 1) sandboxes.push(start());
  return { wake };
};
