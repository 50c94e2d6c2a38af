import type { Dice } from './dice.ts';

/** Something that is to happen; `cancel` makes it not happen. */
export type Ticket = { cancel(): void };

/** True time, and everything that is to happen in it. */
export type Timeline = {
  now(): number;
  at(time: number, happen: () => void): Ticket;
  /** Lets everything up to `until` happen, one after the other, each with all that follows from it without a wait. */
  runUntil(until: number): Promise<void>;
  /** How much has happened. */
  readonly events: () => number;
};

class Event implements Ticket {
  readonly time: number;
  readonly order: number;
  readonly happen: () => void;
  cancelled = false;

  constructor(time: number, order: number, happen: () => void) {
    this.time = time;
    this.order = order;
    this.happen = happen;
  }

  cancel(): void {
    this.cancelled = true;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

/** A binary heap by time, then by the order that chance gave. */
const makeEventHeap = () => {
  const heap: Event[] = [];

  const push = (event: Event): void => {
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] as Event;
      if (!isBefore(event, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = event;
  };

  const sink = (event: Event): void => {
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1;
      if (!isBefore(heap[child] as Event, event)) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = event;
  };

  const pop = (): Event | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (last && heap.length > 0) sink(last);
    return top;
  };

  return { push, pop, peek: (): Event | undefined => heap[0] };
};

const RESOLVED = Promise.resolve();

/** More than any world needs: one that gets here goes round in circles. */
const MAX_EVENTS = 3_000_000;

/** Events of one millisecond happen in an order that the dice give. */
export const makeTimeline = (start: number, dice: Dice): Timeline => {
  const heap = makeEventHeap();
  let now = start;
  let events = 0;

  const at = (time: number, happen: () => void): Ticket => {
    const event = new Event(Math.max(now, Math.ceil(time)), dice.next(), happen);
    heap.push(event);
    return event;
  };

  /** The next event up to `until` that still is to happen. */
  const nextUntil = (until: number): Event | undefined => {
    for (let next = heap.peek(); next && next.time <= until; next = heap.peek()) {
      heap.pop();
      if (!next.cancelled) return next;
    }
    return undefined;
  };

  const runUntil = (until: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const step = (): void => {
        const next = nextUntil(until);
        if (!next) {
          now = Math.max(now, until);
          resolve();
          return;
        }
        now = next.time;
        events += 1;
        if (events > MAX_EVENTS) {
          reject(new Error(`More than ${MAX_EVENTS} events: the world goes round in circles.`));
          return;
        }
        next.happen();
        settle();
      };
      // When no promise is left to run: a tick that a microtask asks for comes after all microtasks. An immediate would
      // say the same, for a turn of the event loop each.
      const stepNext = (): void => process.nextTick(step);
      const settle = (): void => void RESOLVED.then(stepNext);
      settle();
    });

  return { now: () => now, at, runUntil, events: () => events };
};
