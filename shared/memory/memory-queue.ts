import { type EpochMs, plusMs } from '../core/time/epoch.ts';
import type { Clock } from '../ports/clock.ts';
import { checkHint } from '../ports/hint-limits.ts';
import type { PointerQueue } from '../ports/pointer-queue.ts';

export type MemoryQueueOptions = {
  readonly clock: Pick<Clock, 'now'>;
  /** How long a received hint stays hidden; 30 s unless told. */
  readonly visibilityMs?: number;
};

export type Received = {
  readonly id: string;
  readonly body: string;
  readonly sentAt: EpochMs;
  /** 1 at the first time. */
  readonly receiveCount: number;
};

export type MemoryQueue = PointerQueue & {
  /** Up to `most` (10) hints that are visible at `now`; each is hidden until its visibility timeout ends. */
  receive(now: EpochMs, most?: number): Received[];
  /** Removes a hint for good; unknown ids do nothing. */
  remove(id: string): void;
  /** Shows a received hint again at `at`. */
  showAt(id: string, at: EpochMs): void;
  /** When the next hint becomes visible, possibly in the past. */
  nextVisibleAt(): EpochMs | undefined;
  /** All hints that are not removed, by the time at which they show. */
  hints(): Received[];
};

type Entry = {
  readonly id: string;
  readonly body: string;
  readonly sentAt: EpochMs;
  visibleAt: EpochMs;
  count: number;
};

/** A {@link PointerQueue} in this process, with what a consumer needs: receive, visibility, remove. */
export function makeMemoryQueue({ clock, visibilityMs = 30_000 }: MemoryQueueOptions): MemoryQueue {
  /** By the time at which they show, then by arrival there. */
  const entries: Entry[] = [];
  let sent = 0;

  function insert(entry: Entry): void {
    let index = entries.length;
    while (index > 0 && (entries[index - 1] as Entry).visibleAt > entry.visibleAt) index--;
    entries.splice(index, 0, entry);
  }

  function take(id: string): Entry | undefined {
    const index = entries.findIndex((entry) => entry.id === id);
    return index < 0 ? undefined : entries.splice(index, 1)[0];
  }

  function hide(entry: Entry, until: EpochMs): void {
    entry.visibleAt = until;
    insert(entry);
  }

  return {
    async send(hints) {
      hints.forEach(checkHint);
      const sentAt = clock.now();
      for (const { body, delaySeconds } of hints) {
        sent++;
        insert({ id: `hint-${sent}`, body, sentAt, visibleAt: plusMs(sentAt, delaySeconds * 1000), count: 0 });
      }
      return [];
    },
    receive(now, most = 10) {
      let visible = 0;
      while (visible < Math.min(most, entries.length) && (entries[visible] as Entry).visibleAt <= now) visible++;
      return entries.splice(0, visible).map((entry) => {
        entry.count++;
        hide(entry, plusMs(now, visibilityMs));
        return received(entry);
      });
    },
    remove: (id) => void take(id),
    showAt(id, at) {
      const entry = take(id);
      if (entry !== undefined) hide(entry, at);
    },
    nextVisibleAt: () => entries[0]?.visibleAt,
    hints: () => entries.map(received),
  };
}

const received = (entry: Entry): Received => ({
  id: entry.id,
  body: entry.body,
  sentAt: entry.sentAt,
  receiveCount: entry.count,
});
