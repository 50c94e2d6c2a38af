import type { Socket } from 'node:net';
import type { Outcome } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import { answeredOutcome, faultOutcome, isOverlong } from './answer.ts';
import { AnswerReader } from './answer-reader.ts';
import type { Batch } from './batch.ts';
import { makeDeadline } from './deadline.ts';
import { answerFaultReason, connectFaultReason } from './fault-reason.ts';
import type { GuardedConnect, Origin } from './guarded-connect.ts';
import { requestBytes } from './route.ts';

/**
 * A receiver may ask for longer idle connections. Gateways on the way forget them in silence after some minutes, and a
 * request on such a one ends in a timeout that leaves its effect open.
 */
const MAX_IDLE_MS = 60_000;

/** For a receiver that does not say how long it keeps idle connections; most keep them for 5 s or longer. */
const DEFAULT_IDLE_MS = 4_000;

/** Taken off what a receiver says: its end of the connection must not cross our next request. */
const IDLE_MARGIN_MS = 2_000;

export type ConnectionOptions = {
  readonly origin: Origin;
  readonly connect: GuardedConnect;
  readonly clock: Clock;
  /** Called when an attempt has ended and the next may start. */
  readonly onFree: (connection: Connection) => void;
  /** Called when it must not be used any more; possibly more than once. */
  readonly onLost: (connection: Connection) => void;
};

/**
 * How far an attempt is: nothing of it is written before `asked`, so that the receiver cannot have acted on it.
 * `listening` lets the event loop look at the network once, on a connection that was used before. What came on it by now,
 * its end or an answer that nobody asked for, is seen then, and not taken for the answer to a request not yet written.
 */
type Phase = 'idle' | 'connecting' | 'listening' | 'asked';

/** One connection to an origin, and the one attempt that is on it: undici's client in what a webhook needs of it. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #reader = new AnswerReader();
  readonly #deadline = makeDeadline(() => this.#expire());
  readonly #idle = makeDeadline(() => this.#rest());
  #phase: Phase = 'idle';
  #socket: Socket | undefined;
  #batch: Batch | undefined;
  #index = 0;
  #request: Buffer | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Attempts delivery `index` of the batch; only on a free connection. */
  start(batch: Batch, index: number): void {
    this.#batch = batch;
    this.#index = index;
    this.#reader.start();
    this.#request = this.#write(batch, index);
    if (this.#request === undefined) {
      this.#settle(faultOutcome('INVALID_REQUEST', this.#reader.answer), 'free');
      return;
    }
    // One deadline for all phases.
    this.#deadline.start(batch.route.timeoutMs);
    if (this.#socket === undefined) this.#connect();
    else {
      this.#phase = 'listening';
      // The first may come before the loop looks at the network, the second comes behind that.
      setImmediate(this.#listen);
    }
  }

  close(): void {
    this.#deadline.stop();
    this.#idle.stop();
    this.#socket?.destroy();
  }

  #write({ route, deliveries }: Batch, index: number): Buffer | undefined {
    const delivery = deliveries[index];
    if (delivery === undefined) return undefined;
    try {
      return requestBytes(route, delivery, this.#options.clock.now());
    } catch {
      return undefined;
    }
  }

  #connect(): void {
    this.#phase = 'connecting';
    const socket = this.#options.connect(this.#options.origin, (error) => {
      if (error !== null) this.#settle(faultOutcome(connectFaultReason(error), this.#reader.answer), 'lost');
      else this.#open(socket);
    });
    this.#socket = socket;
  }

  #open(socket: Socket | undefined): void {
    if (socket === undefined || socket !== this.#socket || this.#phase !== 'connecting') return;
    socket.on('data', (bytes) => this.#take(socket, bytes));
    socket.on('end', () => this.#end(socket));
    socket.on('error', () => this.#end(socket));
    socket.on('close', () => this.#end(socket));
    this.#phase = 'listening';
    this.#ask();
  }

  readonly #listen = (): void => {
    setImmediate(this.#ask);
  };

  readonly #ask = (): void => {
    if (this.#phase !== 'listening' || this.#request === undefined) return;
    this.#phase = 'asked';
    this.#socket?.write(this.#request);
    this.#request = undefined;
  };

  #take(socket: Socket, bytes: Buffer): void {
    if (socket !== this.#socket) return;
    if (this.#phase !== 'asked') {
      this.#leave();
      return;
    }
    try {
      const isWhole = this.#reader.take(bytes);
      if (isWhole || isOverlong(this.#reader.answer)) this.#answered();
    } catch (error) {
      this.#settle(faultOutcome(answerFaultReason(error as Error), this.#reader.answer), 'lost');
    }
  }

  /** The other side has ended the connection, or the network has. */
  #end(socket: Socket): void {
    if (socket !== this.#socket) return;
    if (this.#phase !== 'asked') this.#leave();
    else if (this.#reader.end()) this.#answered();
    else this.#settle(faultOutcome('RESET', this.#reader.answer), 'lost');
  }

  /** Gives up a connection on which nothing was asked; an attempt that has not begun yet gets another one. */
  #leave(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    if (this.#phase === 'listening') this.#connect();
    else this.#options.onLost(this);
  }

  #rest(): void {
    if (this.#phase === 'idle') this.#leave();
  }

  #expire(): void {
    if (this.#phase === 'idle') return;
    const reason = this.#phase === 'asked' ? 'TIMEOUT' : 'CONNECT_TIMEOUT';
    this.#settle(faultOutcome(reason, this.#reader.answer), 'lost');
  }

  #answered(): void {
    const { answer, canGoOn, idleMs } = this.#reader;
    const restMs = idleMs === undefined ? DEFAULT_IDLE_MS : Math.min(MAX_IDLE_MS, idleMs - IDLE_MARGIN_MS);
    // An answer to a request that is not out yet leaves the rest of it in the way of the next.
    const isFree = canGoOn && restMs > 0 && this.#socket?.writableLength === 0;
    const outcome = answeredOutcome(answer, this.#batch?.route.retryOn ?? [], this.#options.clock);
    if (isFree) this.#idle.start(restMs);
    this.#settle(outcome, isFree ? 'free' : 'lost');
  }

  #settle(outcome: Outcome, connection: 'free' | 'lost'): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    this.#phase = 'idle';
    batch.settle(this.#index, outcome);
    if (connection === 'free') this.#options.onFree(this);
    else this.#options.onLost(this);
  }
}
