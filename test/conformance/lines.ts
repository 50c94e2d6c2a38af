import type { HarnessEvent } from '../../shared/testing/harness-types.ts';
import { showInstant } from './instants.ts';

/** What left the harness, as the vectors write it. */
export const showEvent = (event: HarnessEvent): string => {
  if (event.kind === 'watermark') return `WM(${showInstant(event.watermark)})`;
  if (event.kind === 'call') return `invoke(${event.request})#${event.attempt}@pt${event.startedAt}`;
  if (event.kind === 'failed-call') return 'DEAD';
  const row = `${event.value} @${showInstant(event.timestamp)}`;
  return event.output === null ? row : `SIDE[${event.output}] ${row}`;
};
