import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Ledger } from '../../../shared/core/segment/ledger.ts';
import { addLedgers, EMPTY_LEDGER, LEDGER_FIELDS, pendingOf } from '../../../shared/core/segment/ledger.ts';

const figure = fc.integer({ min: -1e6, max: 1e6 });
const ledger: fc.Arbitrary<Ledger> = fc
  .tuple(...LEDGER_FIELDS.map(() => figure))
  .map((figures) => Object.fromEntries(LEDGER_FIELDS.map((name, n) => [name, figures[n] ?? 0])) as Ledger);

it('P1 ledgers add up field by field, in any order, and pending with them', () => {
  fc.assert(
    fc.property(ledger, ledger, (a, b) => {
      const sum = addLedgers(a, b);
      expect(sum).toEqual(addLedgers(b, a));
      for (const field of LEDGER_FIELDS) expect(sum[field]).toBe(a[field] + b[field]);
      expect(pendingOf(sum)).toBe(pendingOf(a) + pendingOf(b));
      expect(addLedgers(a, EMPTY_LEDGER)).toEqual(a);
    }),
  );
});

it('P1 accepted = pending + retrying + sent + dead + cancelled + expired + unknown', () => {
  fc.assert(
    fc.property(ledger, (of) => {
      const { accepted, ...rest } = of;
      expect(pendingOf(of) + Object.values(rest).reduce((sum, n) => sum + n, 0)).toBe(accepted);
    }),
  );
});

it('takes steps that leave fields out', () => {
  expect(addLedgers(EMPTY_LEDGER, { sent: 2 })).toEqual({ ...EMPTY_LEDGER, sent: 2 });
});
