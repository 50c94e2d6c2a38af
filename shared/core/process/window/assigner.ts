import { alignDown } from '../event-time.ts';
import { ProcessError } from '../process-error.ts';

/** From `start` to before `end`, milliseconds. */
export type Window = { readonly start: number; readonly end: number };

/** Which windows an element belongs to; `merging` ones that touch become one. */
export type Assigner<T> = {
  readonly assign: (timestamp: number, value: T) => readonly Window[];
  readonly merging: boolean;
};

/** Windows of `sizeMs` one after the other. */
export const tumbling = (sizeMs: number, offsetMs = 0): Assigner<unknown> => {
  if (!(sizeMs > 0 && Math.abs(offsetMs) < sizeMs)) {
    throw invalid(`tumbling(${sizeMs}, ${offsetMs}): the size has to be positive and the offset smaller.`);
  }
  return {
    merging: false,
    assign: (timestamp) => {
      const start = alignDown(timestamp, sizeMs, offsetMs);
      return [{ start, end: start + sizeMs }];
    },
  };
};

/** A window of `sizeMs` every `slideMs`; with a slide above the size some elements belong to none. */
export const sliding = (sizeMs: number, slideMs: number, offsetMs = 0): Assigner<unknown> => {
  if (!(sizeMs > 0 && slideMs > 0 && Math.abs(offsetMs) < slideMs)) {
    throw invalid(
      `sliding(${sizeMs}, ${slideMs}, ${offsetMs}): size and slide have to be positive, the offset below the slide.`,
    );
  }
  return {
    merging: false,
    assign: (timestamp) => {
      const windows: Window[] = [];
      for (let start = alignDown(timestamp, slideMs, offsetMs); start > timestamp - sizeMs; start -= slideMs) {
        windows.push({ start, end: start + sizeMs });
      }
      return windows;
    },
  };
};

/** Elements no further apart than `gapMs`, which may depend on the element, share a window. */
export const session = <T>(gapMs: number | ((value: T) => number)): Assigner<T> => {
  const checked = (gap: number): number => {
    if (gap > 0) return gap;
    throw invalid(`session(${gap}): the gap has to be positive.`);
  };
  const gapOf =
    typeof gapMs === 'number'
      ? (
          (gap) => () =>
            gap
        )(checked(gapMs))
      : (value: T) => checked(gapMs(value));
  return {
    merging: true,
    assign: (timestamp, value) => [{ start: timestamp, end: timestamp + gapOf(value) }],
  };
};

/** Windows exactly a gap apart touch, and merge. */
export const touches = (a: Window, b: Window): boolean => a.start <= b.end && a.end >= b.start;

const invalid = (detail: string): ProcessError => new ProcessError('INVALID_DEFINITION', `A window of ${detail}`);
