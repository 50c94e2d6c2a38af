import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import Client from 'undici/lib/dispatcher/client.js';
import type { Outcome } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Answer, answeredOutcome, faultOutcome, isOverlong, noAnswer, takeBody } from './answer.ts';
import { AttemptFault } from './attempt-fault.ts';
import type { Batch } from './batch.ts';
import { makeDeadline } from './deadline.ts';
import { answerFaultReason, connectFaultReason } from './fault-reason.ts';
import type { GuardedConnect } from './guarded-connect.ts';
import { requestHeaders } from './route.ts';

/** The headers of an answer may be so long (F23). */
const MAX_HEADER_BYTES = 16_384;

/**
 * A receiver may ask for longer idle connections. Gateways on the way forget them in silence after some minutes, and a
 * request on such a one ends in a timeout that leaves its effect open.
 */
const MAX_IDLE_MS = 60_000;

export type ConnectionOptions = {
  readonly origin: string;
  readonly connect: GuardedConnect;
  readonly clock: Clock;
  /** Called when an attempt has ended and the next may start. */
  readonly onFree: (connection: Connection) => void;
  /** Called when it must not be used any more; possibly more than once. */
  readonly onLost: (connection: Connection) => void;
};

/**
 * One connection to an origin, and the one attempt that is on it. It is undici's handler itself, so that an attempt
 * needs no closures, and it knows the socket from the start, so that a deadline can end an attempt in every phase:
 * while it resolves, connects, writes, waits or reads.
 */
export class Connection implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #options: ConnectionOptions;
  #batch: Batch | undefined;
  #index = 0;
  #answer: Answer = noAnswer();
  #connecting: Socket | undefined;
  /** Set once the request is being written: what happens from then on may have had an effect. */
  #controller: Dispatcher.DispatchController | undefined;
  readonly #deadline = makeDeadline(() => this.#expire());

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#client = new Client(options.origin, {
      connect: (target, callback) => {
        this.#connecting = options.connect(target, callback);
      },
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveMaxTimeout: MAX_IDLE_MS,
      // One deadline covers all phases; undici's timeouts are for silence within one.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on('disconnect', () => {
      if (this.#batch === undefined) options.onLost(this);
    });
  }

  /** Attempts delivery `index` of the batch; only on a free connection. */
  start(batch: Batch, index: number): void {
    this.#batch = batch;
    this.#index = index;
    this.#answer = noAnswer();
    const request = this.#request(batch, index);
    if (request === undefined) {
      this.#settle(faultOutcome('INVALID_REQUEST', this.#answer), 'free');
      return;
    }
    this.#deadline.start(batch.route.timeoutMs);
    this.#client.dispatch(request, this);
  }

  close(): Promise<void> {
    this.#deadline.stop();
    this.#connecting?.destroy();
    return this.#client.destroy();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#connecting = undefined;
    this.#controller = controller;
  }

  onResponseStart(_controller: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // Interim answers (1xx) come here too and decide nothing.
    if (status < 200) return;
    const retryAfter = headers['retry-after'];
    this.#answer.status = status;
    this.#answer.retryAfter = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    takeBody(this.#answer, chunk);
    if (isOverlong(this.#answer)) controller.abort(new Error('the answer is longer than anyone reads'));
  }

  onResponseEnd(): void {
    this.#settle(this.#answered(), 'free');
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (isOverlong(this.#answer)) {
      this.#settle(this.#answered(), 'lost');
      return;
    }
    const reason = this.#controller === undefined ? connectFaultReason(error) : answerFaultReason(error);
    // What undici does not take never comes to the socket.
    this.#settle(faultOutcome(reason, this.#answer), reason === 'INVALID_REQUEST' ? 'free' : 'lost');
  }

  #request({ route, deliveries }: Batch, index: number): Dispatcher.DispatchOptions | undefined {
    const delivery = deliveries[index];
    if (delivery === undefined) return undefined;
    try {
      const headers = requestHeaders(route, delivery, this.#options.clock.now());
      return { method: 'POST', path: route.path, headers, body: delivery.payload };
    } catch {
      return undefined;
    }
  }

  #expire(): void {
    if (this.#controller !== undefined) this.#controller.abort(new AttemptFault('TIMEOUT', 'the deadline passed'));
    else this.#settle(faultOutcome('CONNECT_TIMEOUT', this.#answer), 'lost');
  }

  #answered(): Outcome {
    return answeredOutcome(this.#answer, this.#batch?.route.retryOn ?? [], this.#options.clock);
  }

  /** After a fault undici is in the middle of clearing up and takes no new request: the connection is given up. */
  #settle(outcome: Outcome, connection: 'free' | 'lost'): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    this.#controller = undefined;
    batch.settle(this.#index, outcome);
    if (connection === 'free') this.#options.onFree(this);
    else this.#options.onLost(this);
  }
}
