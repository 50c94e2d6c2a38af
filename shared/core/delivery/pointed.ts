import type { Refusal } from '../parsed.ts';

/** A refusal of a value with parts; `pointer` (RFC 6901) says which, relative to the value, `''` for the whole. */
export type PointedRefusal<Code extends string = string> = Refusal<Code> & { readonly pointer: string };

/** As `Parsed`, for values with parts. */
export type Pointed<T, Code extends string = string> = { readonly ok: true; readonly value: T } | PointedRefusal<Code>;

export const refusedAt = <Code extends string>(pointer: string, code: Code, detail: string): PointedRefusal<Code> => ({
  ok: false,
  code,
  pointer,
  detail,
});
