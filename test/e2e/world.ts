import type { Api, Door } from './api.ts';
import type { Callers } from './callers.ts';
import type { Clients } from './clients.ts';
import type { Deployment } from './deployment.ts';
import type { Receiver } from './receiver.ts';
import type { Target } from './target.ts';

/** What a message has to come to. */
export type Fate = 'sent' | 'dead' | 'cancelled' | 'expired';

/** What the scenarios of one run share. */
export type World = {
  readonly target: Target;
  readonly clients: Clients;
  readonly deployment: Deployment;
  readonly door: Door;
  readonly callers: Callers;
  /** Calls signed as somebody who may call. */
  readonly api: Api;
  readonly receiver: Receiver;
  /** Stands in every payload, and may stand in no log. */
  readonly canary: string;
  /** By the id of each message that was accepted. */
  readonly fates: Map<string, Fate>;
  /** Messages to a log, of which the receiver sees nothing. */
  readonly unseen: Set<string>;
  /** Messages whose sender may be killed at work, so that they may come twice. */
  readonly mayRepeat: Set<string>;
  /** Deploys the same stacks again with another setting. */
  readonly redeployment: Redeployment;
};

export type Redeployment = {
  readonly begin: () => Promise<void>;
  /** Is fulfilled when it is over, for scenarios that it would disturb. */
  readonly over: Promise<void>;
};

/** One thing that must hold of a deployment; `run` gives a short detail for the table, or throws. */
export type Scenario = {
  readonly name: string;
  readonly run: (world: World) => Promise<string>;
};
