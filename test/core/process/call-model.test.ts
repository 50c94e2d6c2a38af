import fc from 'fast-check';
import { expect, it } from 'vitest';
import { harnessed } from './naming.ts';

type Event = { readonly kind: 'ask' | 'answer' | 'watermark' | 'restart'; readonly pick: number };

const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom('ask', 'ask', 'answer', 'answer', 'answer', 'watermark', 'restart'),
  pick: fc.nat(20),
});

type Asked = { readonly request: string; readonly segment: number; done: boolean };

/** What has to be out by now: of the calls that are done, those that nothing before them holds back. */
const releasable = (asked: readonly Asked[], order: 'ordered' | 'unordered'): string[] => {
  const open = asked.filter(({ done }) => !done);
  const firstOpen = asked.findIndex(({ done }) => !done);
  return asked
    .filter(({ done }) => done)
    .filter((one) =>
      order === 'ordered'
        ? firstOpen < 0 || asked.indexOf(one) < firstOpen
        : open.every(({ segment }) => segment >= one.segment),
    )
    .map(({ request }) => request);
};

it.each(['ordered', 'unordered'] as const)(
  'P14: %s results are out when Flink puts them out, each once, whatever is answered when and restarted',
  (order) => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let harness = harnessed({ order });
        const asked: Asked[] = [];
        const out: string[] = [];
        let segment = 0;
        const collect = (): void => {
          for (const row of harness.rows().slice(out.length - before)) out.push(row.split(':')[0] as string);
        };
        let before = 0;
        for (const { kind, pick } of events) {
          if (kind === 'ask') {
            asked.push({ request: `r${asked.length}`, segment, done: false });
            harness.ask(`r${asked.length - 1}`);
          } else if (kind === 'watermark') {
            segment += 1;
            harness.advanceWatermark(segment);
          } else if (kind === 'restart') {
            harness = harnessed({ order }, { restore: harness.save() });
            before = out.length;
          } else {
            const open = asked.filter(({ done }) => !done);
            const one = open[pick % Math.max(1, open.length)];
            if (!one) continue;
            one.done = true;
            harness.answer(one.request, 'x');
          }
          collect();
          expect(out.toSorted()).toEqual(releasable(asked, order).toSorted());
        }
        if (order === 'ordered') expect(out).toEqual(asked.slice(0, out.length).map(({ request }) => request));
      }),
      { numRuns: 300, seed: 6 },
    );
  },
);
