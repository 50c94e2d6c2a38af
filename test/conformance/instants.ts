import { END_OF_TIME, NO_WATERMARK } from '../../shared/core/process/event-time.ts';

/** A time as the vectors write it: `MIN`, `MAX` or 64-bit milliseconds, whose ends are our ends. */
export const readInstant = (text: string): number => {
  if (text === 'MIN') return NO_WATERMARK;
  if (text === 'MAX') return END_OF_TIME;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value)) throw new Error(`"${text}" is no time.`);
  return Math.min(END_OF_TIME, Math.max(NO_WATERMARK, value));
};

export const showInstant = (at: number | null): string => {
  if (at === null) return 'none';
  if (at === NO_WATERMARK) return 'MIN';
  return at === END_OF_TIME ? 'MAX' : String(at);
};
