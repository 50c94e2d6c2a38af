import type { Dice } from './dice.ts';
import type { FaultId } from './fault-table.ts';
import type { Scene } from './scene.ts';
import type { Timeline } from './timeline.ts';

export type Service = 'store' | 'queue' | 'tick' | 'receiver' | 'compute';

const SERVICES: readonly [Service, ...Service[]] = ['store', 'queue', 'tick', 'receiver', 'compute'];

type Outage = {
  readonly fault: FaultId;
  readonly from: number;
  readonly to: number;
  readonly services: readonly Service[];
};

const MINUTE_MS = 60_000;

/** What strikes now, and how often each fault has struck. */
export type Weather = {
  /** True where the fault is on, it is not calm yet, and the dice say so. */
  strikes(fault: FaultId, probability: number): boolean;
  /** True where the fault is on and it is not calm yet. */
  isOn(fault: FaultId): boolean;
  /** True where the fault belongs to this world, calm or not. */
  has(fault: FaultId): boolean;
  isDown(service: Service): boolean;
  /** True where the service was down at some time in the span. */
  wasDown(service: Service, from: number, to: number): boolean;
  dice(fault: FaultId): Dice;
  /** Counts a strike that was decided elsewhere. */
  note(fault: FaultId, times?: number): void;
  readonly struck: ReadonlyMap<FaultId, number>;
  /** When the last outage ends and nothing strikes any more. */
  readonly calmFrom: number;
};

/** What is down when; all from the seed. */
export const planOutages = (scene: Scene): readonly Outage[] => {
  const outages: Outage[] = [];
  // Where little is kept, an outage must not outlast it.
  const longest = Number.isFinite(scene.returnAt) ? 60 : 180;
  const plan = (fault: FaultId, choose: (dice: Dice) => readonly Service[]): void => {
    if (!scene.on.has(fault)) return;
    const dice = scene.dice.fork(`outage ${fault}`);
    const from = scene.start + dice.int(1, 10) * MINUTE_MS + dice.int(0, MINUTE_MS);
    const minutes = dice.chance(0.15) ? dice.int(30, longest) : dice.pick([dice.int(1, 4), dice.int(5, 12)]);
    outages.push({ fault, from, to: from + minutes * MINUTE_MS, services: choose(dice) });
  };
  plan('F40', () => SERVICES);
  plan('F41', (dice) => [dice.pick(SERVICES)]);
  plan('F13', () => ['compute']);
  return outages;
};

export const makeWeather = (scene: Scene, timeline: Timeline): Weather => {
  const outages = planOutages(scene);
  const calmFrom = Math.max(scene.calmFrom, ...outages.map(({ to }) => to));
  const struck = new Map<FaultId, number>();
  const ofFault = new Map<FaultId, Dice>();

  const dice = (fault: FaultId): Dice => {
    const known = ofFault.get(fault);
    if (known) return known;
    const made = scene.dice.fork(`strikes ${fault}`);
    ofFault.set(fault, made);
    return made;
  };
  const note = (fault: FaultId, times = 1): void => {
    struck.set(fault, (struck.get(fault) ?? 0) + times);
  };
  const isOn = (fault: FaultId): boolean => scene.on.has(fault) && timeline.now() < scene.calmFrom;
  const strikes = (fault: FaultId, probability: number): boolean => {
    if (!isOn(fault) || !dice(fault).chance(probability)) return false;
    note(fault);
    return true;
  };
  const isDown = (service: Service): boolean => {
    const now = timeline.now();
    for (const { fault, from, to, services } of outages) {
      if (now < from || now >= to || !services.includes(service)) continue;
      note(fault);
      return true;
    }
    return false;
  };
  const wasDown = (service: Service, from: number, to: number): boolean =>
    outages.some((outage) => outage.services.includes(service) && outage.from <= to && outage.to >= from);

  return { strikes, isOn, has: (fault) => scene.on.has(fault), isDown, wasDown, dice, note, struck, calmFrom };
};
