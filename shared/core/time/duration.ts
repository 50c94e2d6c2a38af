import { accepted, type Parsed, refused } from '../parsed.ts';
import { quoted } from '../quoted.ts';
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from './wall-time.ts';

export type DurationCode = 'INVALID_DURATION';

const FORM = /^P(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:\.(\d{1,3}))?S)?)?$/;

/**
 * Reads an ISO 8601 duration of days (24 h each), hours, minutes and seconds with up to 3 decimals, as milliseconds:
 * more than 0, at most `limitMs`. No years, months, weeks or signs: their length is unclear or they mean nothing here.
 */
export const parseDuration = (text: string, limitMs: number): Parsed<number, DurationCode> => {
  const match = FORM.exec(text);
  if (match === null) {
    return refused(
      'INVALID_DURATION',
      `${quoted(text)} is no duration. Give days, hours, minutes and seconds, e.g. PT5M, PT1H30M, PT0.5S or P2D.`,
    );
  }
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const ms =
    Number(days) * MS_PER_DAY +
    Number(hours) * MS_PER_HOUR +
    Number(minutes) * MS_PER_MINUTE +
    Number(seconds) * 1000 +
    Number(fraction.padEnd(3, '0'));
  return ms > 0 && ms <= limitMs
    ? accepted(ms)
    : refused('INVALID_DURATION', `${quoted(text)} must be more than zero and at most ${formatDuration(limitMs)}.`);
};

/** Whole milliseconds, 0 or more, as ISO 8601: `PT5M`, `P1DT2H`, `PT0.25S`, `PT0S`. */
export const formatDuration = (ms: number): string => {
  const days = Math.floor(ms / MS_PER_DAY);
  const hours = Math.floor(ms / MS_PER_HOUR) % 24;
  const minutes = Math.floor(ms / MS_PER_MINUTE) % 60;
  const seconds = Math.floor(ms / 1000) % 60;
  const fraction = ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}`.replace(/0+$/, '');
  const date = days > 0 ? `${days}D` : '';
  const time = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 ? `${minutes}M` : '',
    seconds > 0 || fraction !== '' ? `${seconds}${fraction}S` : '',
  ].join('');
  if (time !== '') return `P${date}T${time}`;
  return date === '' ? 'PT0S' : `P${date}`;
};
