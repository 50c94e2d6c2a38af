import { describe, expect, it } from 'vitest';
import { herdPicture, latenessPicture } from '../../bench/pictures.ts';
import type { Result } from '../../bench/result.ts';

const resultOf = (figures: Partial<Result>): Result => ({
  bench: 'herd',
  n: 6_000,
  machine: '2 × CPU <of a test>, 24 GB',
  load: 0.5,
  ...figures,
});

describe('a picture of a run', () => {
  it('has a bar for each range of lateness that messages had, and names the machine', () => {
    const picture = latenessPicture(resultOf({ histogram: { 0: 5_000, 1: 900, 3: 60, 4: 30, 700: 10 } }));
    expect([...picture.matchAll(/<rect x=/g)]).toHaveLength(4);
    for (const label of ['5,000', '900', '90', '10', '500+', '&lt;of a test>, 24 GB; load average 0.5']) {
      expect(picture).toContain(`>${label.startsWith('&') ? '2 × CPU ' : ''}${label}</text>`);
    }
  });

  it('has a point for each size of the herd, higher where the rate is higher', () => {
    const sizes = [
      { n: 20_000, perSecond: 100_000 },
      { n: 100_000, perSecond: 50_000 },
      { n: 1_000_000, perSecond: 200_000 },
    ];
    const picture = herdPicture(sizes.map(resultOf));
    const heights = [...picture.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
    expect(heights).toHaveLength(3);
    expect(heights[1]).toBeGreaterThan(heights[0] ?? 0);
    expect(heights[2]).toBeLessThan(heights[0] ?? 0);
  });
});
