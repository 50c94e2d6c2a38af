import { accounted, delivered } from './scenarios/accounted.ts';
import { bulk } from './scenarios/bulk.ts';
import { changes } from './scenarios/changes.ts';
import { contracts } from './scenarios/contracts.ts';
import { redriven, retried } from './scenarios/failing.ts';
import { granted, grantsNeeded } from './scenarios/granted.ts';
import { keyed } from './scenarios/keyed.ts';
import { overdue } from './scenarios/overdue.ts';
import { pasted } from './scenarios/pasted.ts';
import { poison } from './scenarios/poison.ts';
import { processed } from './scenarios/processed.ts';
import { deadLettersAre, logged } from './scenarios/quiet.ts';
import { redeployed } from './scenarios/redeployed.ts';
import { refused } from './scenarios/refused.ts';
import { scheduled } from './scenarios/scheduled.ts';
import { skippedTick } from './scenarios/skipped-tick.ts';
import { sourced } from './scenarios/sourced.ts';
import { told } from './scenarios/told.ts';
import type { Scenario } from './world.ts';

export type Plan = readonly (readonly Scenario[])[];

/** What users do, in every run: it takes every grant that a function has. */
const USE: readonly Scenario[] = [
  ...[refused, pasted, keyed, bulk, overdue, changes],
  ...[retried, redriven, told, processed, sourced],
];
/**
 * These disturb each other's time, so they wait for each other by themselves; and that of all others, whose senders an
 * emulator kills when it deploys anew, so they come after them.
 */
const DISTURBANCES: readonly Scenario[] = [redeployed, skippedTick, poison];

const closing = (deadLetters: number): Plan => [[delivered], [accounted], [deadLettersAre(deadLetters)]];

/** The run whose functions may do everything. */
export const openPlan: Plan = [USE, DISTURBANCES, [logged], [contracts], ...closing(1)];

/** The run whose roles are checked. */
export const securedPlan: Plan = [[...USE, scheduled], [granted, logged], ...grantsOneByOne(), ...closing(0)];

/** Where there is one run only: all of both, the roles only where they are checked. */
export const singlePlan = (enforcesIam: boolean): Plan => [
  USE,
  DISTURBANCES,
  [scheduled],
  [logged],
  [contracts],
  ...(enforcesIam ? [[granted], ...grantsOneByOne()] : []),
  ...closing(1),
];

/** `npm run e2e -- --grants` */
export const grantsPlan: Plan = [...grantsOneByOne(), ...closing(0)];

/** A role that lacks something is nobody else's to use meanwhile. */
function grantsOneByOne(): Plan {
  return grantsNeeded.map((scenario) => [scenario]);
}
