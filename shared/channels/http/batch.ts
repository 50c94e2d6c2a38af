import type { Channel, Delivery, Outcome } from '../../ports/channel.ts';
import type { Route } from './route.ts';

/** The deliveries of one call of `send`, and how far they are. */
export type Batch = {
  readonly route: Route;
  readonly deliveries: readonly Delivery[];
  /** The index of the next delivery to start. */
  next: number;
  /** To be told each outcome once; never throws. */
  readonly settle: (index: number, outcome: Outcome) => void;
};

export type Report = Parameters<Channel['send']>[2];

/** A batch and the promise of its end, which fails only where `report` does: that is its owner's defect to see. */
export const makeBatch = (
  route: Route,
  deliveries: readonly Delivery[],
  report: Report,
): { readonly batch: Batch; readonly done: Promise<void> } => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let left = deliveries.length;
  if (left === 0) resolve();
  const settle = (index: number, outcome: Outcome): void => {
    try {
      report(index, outcome);
    } catch (error) {
      reject(error);
    }
    left -= 1;
    if (left === 0) resolve();
  };
  return { batch: { route, deliveries, next: 0, settle }, done: promise };
};
