import { addTarget, allTaken, inState, putKeyed } from '../messages.ts';
import type { Scenario } from '../world.ts';

const MINUTE_MS = 60_000;

export const overdue: Scenario = {
  name: 'P8 late and past-due messages go out at once, or expire where they say so',
  run: async (world) => {
    await addTarget(world, 'overdue');
    const now = Date.now();
    const late = await putKeyed(world, 'late', { target: 'overdue', dueAtMs: now + 500 });
    const past = await putKeyed(world, 'past', { target: 'overdue', dueAtMs: now - MINUTE_MS });
    const skipped = await putKeyed(world, 'skipped', {
      target: 'overdue',
      dueAtMs: now - 2 * MINUTE_MS,
      fate: 'expired',
      more: { onMissed: 'skip' },
    });
    const tooLate = await putKeyed(world, 'too-late', {
      target: 'overdue',
      dueAtMs: now - MINUTE_MS,
      fate: 'expired',
      more: { notAfter: new Date(now - 1).toISOString() },
    });
    await allTaken(world, [late, past]);
    await inState(world, skipped, 'expired');
    await inState(world, tooLate, 'expired');
    return '2 arrived, 2 expired';
  },
};
