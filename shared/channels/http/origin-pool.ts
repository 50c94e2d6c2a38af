import type { Clock } from '../../ports/clock.ts';
import type { Batch } from './batch.ts';
import { Connection } from './connection.ts';
import { type GuardedConnect, originOf } from './guarded-connect.ts';

/** The connections to one origin and the batches that still have deliveries to start there. */
export type OriginPool = {
  add(batch: Batch): void;
  close(): void;
};

export type OriginPoolOptions = {
  readonly origin: string;
  readonly connect: GuardedConnect;
  readonly clock: Clock;
  /** How many connections it may open at most. */
  readonly connections: number;
  /** Called when the last connection is gone. */
  readonly onEmpty: () => void;
};

/**
 * Opens connections as attempts need them and takes the most recently used one first, so that those too many grow
 * idle and close. Batches take turns: one with slow answers, or a long one, does not hold up those behind it.
 */
export const makeOriginPool = (options: OriginPoolOptions): OriginPool => {
  const origin = originOf(options.origin);
  const all = new Set<Connection>();
  const free: Connection[] = [];
  const batches: Batch[] = [];
  let filling = false;

  const open = (): Connection | undefined => {
    if (all.size >= options.connections) return undefined;
    const connection = new Connection({ ...options, origin, onFree, onLost });
    all.add(connection);
    return connection;
  };

  const startNext = (connection: Connection, batch: Batch): void => {
    const index = batch.next;
    batch.next += 1;
    if (batch.next < batch.deliveries.length) batches.push(batch);
    connection.start(batch, index);
  };

  // An attempt can end while it is started: a loop, or thousands of them would be a call stack.
  const fill = (): void => {
    if (filling) return;
    filling = true;
    while (batches.length > 0) {
      const connection = free.pop() ?? open();
      const batch = connection && batches.shift();
      if (connection === undefined || batch === undefined) break;
      startNext(connection, batch);
    }
    filling = false;
  };

  const onFree = (connection: Connection): void => {
    free.push(connection);
    fill();
  };

  const onLost = (connection: Connection): void => {
    if (!all.delete(connection)) return;
    const at = free.indexOf(connection);
    if (at >= 0) free.splice(at, 1);
    connection.close();
    fill();
    if (all.size === 0) options.onEmpty();
  };

  return {
    add: (batch) => {
      if (batch.deliveries.length > 0) batches.push(batch);
      fill();
    },
    close: () => {
      for (const connection of all) connection.close();
    },
  };
};
