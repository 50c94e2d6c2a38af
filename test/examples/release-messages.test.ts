import { describe, expect, it } from 'vitest';
import { releaseMessages } from '../../examples/release-messages/release-messages.ts';
import { makeHarness } from '../../shared/testing/harness.ts';

const DAY = 86_400_000;
const message = (text: string, releaseAt: number, revision = 0) => ({
  key: `message-${text}`,
  value: { driver: 'driver-1', text, releaseAt, revision },
});

describe('release timed messages', () => {
  it('sends a message that was moved once, at its new instant', () => {
    const harness = makeHarness(releaseMessages);
    harness.element(message('A', 1000));
    harness.element(message('A', 5000, 1));
    harness.element(message('A', 1000));
    harness.advanceTo(4999);
    expect(harness.outputs()).toEqual([]);
    harness.advanceTo(DAY);
    expect(harness.outputs().map(({ value }) => value.text)).toEqual(['A']);
  });

  it('does not send again what is redelivered after it was sent', () => {
    const harness = makeHarness(releaseMessages, { redeliver: true });
    harness.element({ ...message('A', 1000), id: 'first' });
    harness.advanceTo(1000);
    harness.element(message('A', 1000));
    harness.element(message('A', 2000, 1));
    harness.advanceTo(6 * DAY);
    expect(harness.outputs()).toHaveLength(1);
  });

  it('loses no message to a time to live, and sends both of one driver', () => {
    const harness = makeHarness(releaseMessages);
    harness.element(message('A', 300 * DAY));
    harness.element(message('B', 300 * DAY));
    const restarted = makeHarness(releaseMessages, { restore: harness.save() });
    restarted.advanceTo(300 * DAY);
    expect(restarted.outputs().map(({ value }) => value.text)).toEqual(['A', 'B']);
  });
});
