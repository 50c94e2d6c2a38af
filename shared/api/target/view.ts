import type { RetryPolicy } from '../../core/delivery/retry.ts';
import type { Destination, Target } from '../../core/delivery/target.ts';
import { formatDuration } from '../../core/time/duration.ts';
import { formatInstant } from '../../core/time/instant.ts';
import type { TargetAnswer } from './answers.ts';

/** A target as it is shown: everything but its secrets. */
export const targetView = (target: Target): TargetAnswer => ({
  name: target.name,
  ...destinationView(target.destination),
  timeout: formatDuration(target.timeoutMs),
  ...(target.ratePerSecond !== undefined && { ratePerSecond: target.ratePerSecond }),
  retry: retryView(target.retry),
  delivery: target.delivery,
  headers: { ...target.headers },
  createdAt: formatInstant(target.createdAt),
});

/** Of an http target its address alone: the rest is secret. Of the others there is nothing to hide. */
const destinationView = (destination: Destination) =>
  destination.kind === 'http' ? { kind: destination.kind, url: destination.url } : destination;

const retryView = ({ maxAttempts, delaysMs, retryOn }: RetryPolicy): TargetAnswer['retry'] => ({
  maxAttempts,
  schedule: delaysMs.map(formatDuration),
  ...(retryOn !== undefined && { retryOn: [...retryOn] }),
});
