import type { Timer } from './timer.ts';

/**
 * The pending timers of one domain, in firing order.
 * Q1 `items` is sorted by time, then name (unnamed first), and holds no timer twice.
 * Q2 what lies before `head` has fired or was removed.
 * Q3 the array of the snapshot is never written: the first change copies it (`owned`).
 */
export type TimerQueue = { items: readonly Timer[]; head: number; owned: boolean };

export const openQueue = (items: readonly Timer[]): TimerQueue => ({ items, head: 0, owned: false });

export const queueSize = (queue: TimerQueue): number => queue.items.length - queue.head;

export const firstTimer = (queue: TimerQueue): Timer | undefined => queue.items[queue.head];

export const pendingTimers = (queue: TimerQueue): readonly Timer[] =>
  queue.head === 0 ? queue.items : queue.items.slice(queue.head);

export const takeFirst = (queue: TimerQueue): void => {
  queue.head++;
};

/** Adds a timer; one that is already there stays as it is. */
export const insertTimer = (queue: TimerQueue, timer: Timer): void => {
  const place = placeOf(queue, timer.at, timer.name);
  if (isAt(queue.items[place], timer)) return;
  own(queue).splice(place, 0, timer);
};

/** Removes the timer of this time and name; none is no matter. */
export const removeTimer = (queue: TimerQueue, timer: Pick<Timer, 'at' | 'name'>): boolean => {
  const place = placeOf(queue, timer.at, timer.name);
  if (!isAt(queue.items[place], timer)) return false;
  own(queue).splice(place, 1);
  return true;
};

export const findNamed = (queue: TimerQueue, name: string): Timer | undefined => {
  for (let at = queue.head; at < queue.items.length; at++) {
    const timer = queue.items[at];
    if (timer?.name === name) return timer;
  }
  return undefined;
};

const isAt = (found: Timer | undefined, wanted: Pick<Timer, 'at' | 'name'>): boolean =>
  found?.at === wanted.at && found.name === wanted.name;

/** The items as an array of our own (Q3); places in it stay as they are. */
function own(queue: TimerQueue): Timer[] {
  if (!queue.owned) {
    queue.items = queue.items.slice();
    queue.owned = true;
  }
  return queue.items as Timer[];
}

function placeOf(queue: TimerQueue, at: number, name: string | null): number {
  let low = queue.head;
  let high = queue.items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const timer = queue.items[middle];
    if (timer && (timer.at < at || (timer.at === at && (timer.name ?? '') < (name ?? '')))) low = middle + 1;
    else high = middle;
  }
  return low;
}
