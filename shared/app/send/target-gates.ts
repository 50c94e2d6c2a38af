import type { Target } from '../../core/delivery/target.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { epochMs, plusMs } from '../../core/time/epoch.ts';
import type { Outcome } from '../../ports/channel.ts';
import { StoreError } from '../../ports/store-error.ts';
import type { Gate, GateDeps } from './gate-queue.ts';
import {
  deferBehind,
  deferOverflow,
  isIdle,
  makeGate,
  measure,
  PATIENCE_MS,
  pause,
  relieve,
  share,
  take,
  waiting,
} from './gate-queue.ts';
import type { Job, TargetGates } from './unit-run.ts';

/*
 * One gate for each target and process. What a gate cannot start soon is given back to its unit, which carries it to a
 * later time: a slow, throttled or paced target holds nobody else up, and takes no memory while it waits.
 */

/**
 * Attempts that run at once while the target answers within `QUICK_MS`: more would not be quicker, and a worker that is
 * killed sends again what was under way. A slower target gets more, up to the limit.
 */
const QUICK_IN_FLIGHT = 64;
const QUICK_MS = 10;

/** Attempts start so many together: a start of its own for each would cost as much as the attempt. */
const START_TOGETHER = 16;

/** What was held back by `Retry-After` comes back over this share of it. */
const PAUSE_SPREAD = 0.2;

/** A channel that broke its contract: what it did not report may have had its effect, and others go on (P10). */
const CHANNEL_FAILED: Outcome = { kind: 'failed', retryable: true, effectPossible: true, reason: 'CHANNEL_FAILED' };

const MAX_BATCH = 500;
const MAX_SLOTS = 1_000;

/** How many attempts may run at once. */
const width = ({ latencyMs, deps }: Gate): number =>
  Math.min(deps.limits.inFlight, Math.ceil(QUICK_IN_FLIGHT * Math.max(1, latencyMs / QUICK_MS)));

/** `stopAt` leaves time for an attempt of this length; a longer one has to start so much earlier. */
const USUAL_TIMEOUT_MS = 10_000;

const overtime = ({ target }: Job): number => Math.max(0, target.timeoutMs - USUAL_TIMEOUT_MS);

/** Jobs whose unit was lost or has to stop, or whose last instant has passed while they waited, do not start. */
const startable = (gate: Gate, jobs: readonly Job[], now: EpochMs): Job[] =>
  jobs.filter((job) => {
    if (job.run.lost || now >= job.run.last.until) return abandon(job);
    if (now + overtime(job) >= job.run.stopAt || job.run.stopped()) return giveBack(gate, job, now);
    if (job.notAfter !== undefined && now > job.notAfter) return expire(gate, job);
    return true;
  });

const abandon = (job: Job): boolean => {
  job.run.abandoned = true;
  job.run.inFlight -= 1;
  job.run.bell.ring();
  return false;
};

/** What may be sent once only stands in the log as started, so it goes on in another entry. */
const giveBack = (gate: Gate, job: Job, now: EpochMs): boolean => {
  if (!job.atMostOnce) return abandon(job);
  gate.deps.defer(job, now, false);
  return false;
};

const expire = (gate: Gate, job: Job): boolean => {
  gate.deps.conclude(job, { kind: 'failed', retryable: false, effectPossible: false, reason: 'NOT_AFTER' });
  return false;
};

const start = (gate: Gate, jobs: readonly Job[]): void => {
  const now = gate.deps.clock.now();
  const batch = startable(gate, jobs, now);
  if (batch.length === 0) return;
  gate.inFlight += batch.length;
  for (const job of batch) job.startedAt = now;
  const reported = new Uint8Array(batch.length);
  const report = (index: number, outcome: Outcome): void => {
    const job = batch[index];
    if (!job || reported[index] === 1) return;
    reported[index] = 1;
    gate.inFlight -= 1;
    gate.ended += 1;
    gate.latencyMs += (gate.deps.clock.now() - now - gate.latencyMs) / QUICK_IN_FLIGHT;
    if (outcome.kind === 'failed' && outcome.retryAfterMs !== undefined) pause(gate, outcome.retryAfterMs);
    gate.deps.conclude(job, outcome);
    if (waiting(gate) > 0) pumpSoon(gate);
  };
  const deliveries = batch.map(({ delivery }) => delivery);
  const reportRest = (): void => deliveries.forEach((_, index) => void report(index, CHANNEL_FAILED));
  try {
    void gate.deps.channelOf(gate.target).send(gate.target, deliveries, report).then(reportRest, reportRest);
  } catch {
    reportRest();
  }
};

/** Starts what may start now; called whenever something came or ended. */
const pump = (gate: Gate): void => {
  const now = gate.deps.clock.now();
  for (let room = roomFor(gate, waiting(gate), now); room > 0; room = roomFor(gate, waiting(gate), now)) {
    start(gate, take(gate, room));
  }
  const paused = gate.pausedUntil - now;
  if (paused > PATIENCE_MS) deferBehind(gate, 0, (job) => gate.pausedUntil + paused * PAUSE_SPREAD * share(job));
  else if (paused > 0) void tick(gate);
  else {
    deferOverflow(gate, gate.deps.limits.waiting);
    if (waiting(gate) > 0) void measure(gate);
  }
};

/** How many of `count` to start now: none in a pause, nor until a few of them can start together. */
const roomFor = (gate: Gate, count: number, now: EpochMs): number => {
  if (gate.pausedUntil > now) return 0;
  const room = width(gate) - gate.inFlight;
  return room >= Math.min(START_TOGETHER, count, gate.deps.limits.inFlight) ? Math.min(room, count, MAX_BATCH) : 0;
};

/**
 * Starts what finds room and gives back the rest. In the queue, which is old, a herd's messages would be found alive by a
 * marking of the heap that is under way, and outlive it: 15 MB of them in the tenth of a second that it takes.
 */
const startAtOnce = (gate: Gate, jobs: readonly Job[]): readonly Job[] => {
  if (waiting(gate) > 0) return jobs;
  const now = gate.deps.clock.now();
  let next = 0;
  for (let room = roomFor(gate, jobs.length, now); room > 0; room = roomFor(gate, jobs.length - next, now)) {
    const batch = jobs.slice(next, next + room);
    next += room;
    start(gate, batch);
  }
  return jobs.slice(next);
};

/** One pump for all attempts that end in one turn: a batch costs a promise, a message does not. */
const pumpSoon = (gate: Gate): void => {
  if (gate.pumping) return;
  gate.pumping = true;
  void Promise.resolve().then(() => {
    gate.pumping = false;
    pump(gate);
  });
};

const nextStart = (gate: Gate): EpochMs | undefined => {
  const paused = waiting(gate) > 0 && gate.pausedUntil > gate.deps.clock.now();
  return gate.slotted[0]?.at ?? (paused ? gate.pausedUntil : undefined);
};

/** Wakes for near slots and for the end of a short pause. */
const tick = async (gate: Gate): Promise<void> => {
  if (gate.ticking) return;
  gate.ticking = true;
  for (let at = nextStart(gate); at !== undefined; at = nextStart(gate)) {
    await gate.bell.wait(at);
    const now = gate.deps.clock.now();
    const near = gate.slotted.findIndex((slot) => slot.at > now);
    const ready = gate.slotted.splice(0, near < 0 ? gate.slotted.length : near);
    for (const { job } of ready) gate.queue.push(job);
    pump(gate);
  }
  gate.ticking = false;
};

/** Asks the pacer for slots; where the store does not answer, the jobs come back a little later. */
const reserve = async (gate: Gate, ratePerSecond: number): Promise<void> => {
  if (gate.reserving) return;
  gate.reserving = true;
  while (gate.unslotted.length > 0) {
    const jobs = gate.unslotted.splice(0, MAX_SLOTS);
    try {
      const first = await gate.deps.pacer.reserve(gate.target, jobs.length, ratePerSecond);
      jobs.forEach((job, n) => {
        place(gate, job, epochMs(Math.ceil(first + (n * 1000) / ratePerSecond)));
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      for (const job of jobs) gate.deps.defer(job, plusMs(gate.deps.clock.now(), PATIENCE_MS), false);
    }
    void tick(gate);
  }
  gate.reserving = false;
};

const place = (gate: Gate, job: Job, at: EpochMs): void => {
  if (at - gate.deps.clock.now() <= PATIENCE_MS) gate.slotted.push({ job, at });
  else gate.deps.defer(job, at, true);
};

const admit = (gate: Gate, jobs: readonly Job[]): void => {
  const rate = gate.target.ratePerSecond;
  if (rate === undefined) {
    gate.queue.push(...startAtOnce(gate, jobs));
    return;
  }
  for (const job of jobs) (job.paced ? gate.queue : gate.unslotted).push(job);
  if (gate.unslotted.length > 0) void reserve(gate, rate);
};

const isSamePlace = (a: Target, b: Target): boolean =>
  a === b || (a.createdAt === b.createdAt && JSON.stringify(a.destination) === JSON.stringify(b.destination));

/** Gates that a process keeps although nothing goes through them. */
const IDLE_GATES = 1_000;

const forgetIdle = (gates: Map<string, Gate>): void => {
  if (gates.size < IDLE_GATES) return;
  for (const [name, gate] of gates) if (isIdle(gate)) gates.delete(name);
};

export const makeTargetGates = (deps: GateDeps): TargetGates => {
  const gates = new Map<string, Gate>();
  const gateOf = (target: Target): Gate => {
    const gate = gates.get(target.name) ?? makeGate(deps, target);
    if (!gates.has(target.name)) forgetIdle(gates);
    gates.set(target.name, gate);
    // What an old destination asked for is not what the new one asks for.
    if (!isSamePlace(gate.target, target)) gate.pausedUntil = epochMs(0);
    gate.target = target;
    return gate;
  };
  return {
    relieve: (run) => {
      if (run.targetNames.size > 1) relieve(gates.values(), run);
    },
    submit: (jobs) => {
      for (const ofTarget of Map.groupBy(jobs, (job) => job.target.name).values()) {
        const first = ofTarget[0];
        if (!first) continue;
        const gate = gateOf(first.target);
        admit(gate, ofTarget);
        pump(gate);
      }
    },
  };
};
