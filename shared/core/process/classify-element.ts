import type { Process } from './process.ts';

/**
 * Is an element of the future? Such a one is stepped with `divertTo: 'future'`, and its timestamp is kept from the
 * watermark: one clock that is years ahead would else end the event time of all (K1).
 */
export const classifyElement = (
  { maxFutureMs }: Process,
  { timestamp }: { readonly timestamp: number | null },
  now: number,
): 'ok' | 'future' => (timestamp !== null && timestamp > now + maxFutureMs ? 'future' : 'ok');
