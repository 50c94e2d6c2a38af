import fc from 'fast-check';

/** Any string, lone surrogates and control characters included. */
export const anyText = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 80 }),
);
