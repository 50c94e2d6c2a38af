/** Milliseconds since 1970-01-01T00:00:00Z, whole. Every instant inside Meridian has this type. */
export type EpochMs = number & { readonly __unit: 'EpochMs' };

/** Brands a number as an instant; the caller vouches for the unit. */
export const epochMs = (value: number): EpochMs => value as EpochMs;

/** `at` moved by `ms` milliseconds (negative moves back). */
export const plusMs = (at: EpochMs, ms: number): EpochMs => (at + ms) as EpochMs;
