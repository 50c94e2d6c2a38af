import type { TimerName } from '../../app/process/process-desk.ts';

/** A timer within its key: `event:1795219260000`, with `:name` behind it where it has one. */
export const timerIdOf = ({ domain, at, name }: TimerName): string =>
  `${domain}:${at}${name === null ? '' : `:${name}`}`;

/** The inverse of `timerIdOf`; `undefined` for other text. */
export const parseTimerId = (text: string): TimerName | undefined => {
  const [, domain, at, name] = /^(event|processing):(-?\d{1,16})(?::(.+))?$/s.exec(text) ?? [];
  if ((domain !== 'event' && domain !== 'processing') || !Number.isSafeInteger(Number(at))) return undefined;
  return { domain, at: Number(at), name: name ?? null };
};
