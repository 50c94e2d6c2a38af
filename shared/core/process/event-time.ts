/** Before the first watermark: every timer and element is ahead of it. */
export const NO_WATERMARK: number = Number.MIN_SAFE_INTEGER;

/** The watermark of a source that has ended. */
export const END_OF_TIME: number = Number.MAX_SAFE_INTEGER;

/** `a + b` in milliseconds, held between the first and the last instant instead of running over. */
export const plusSaturating = (a: number, b: number): number => Math.min(END_OF_TIME, Math.max(NO_WATERMARK, a + b));

/** The last multiple of `sizeMs` (moved by `offsetMs`) at or before `at`; several requests then share one timer. */
export const alignDown = (at: number, sizeMs: number, offsetMs = 0): number => {
  const rest = (at - offsetMs) % sizeMs;
  return at - (rest < 0 ? rest + sizeMs : rest);
};

/** The first multiple of `sizeMs` (moved by `offsetMs`) at or after `at`: never early. */
export const alignUp = (at: number, sizeMs: number, offsetMs = 0): number => {
  const down = alignDown(at, sizeMs, offsetMs);
  return down === at ? at : down + sizeMs;
};
