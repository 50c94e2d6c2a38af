import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { doorOf, makeApi } from './api.ts';
import { makeCallers } from './callers.ts';
import { type Cdk, makeCdk } from './cdk.ts';
import { type Clients, makeClients } from './clients.ts';
import { readDeployment } from './deployment.ts';
import { fixUp } from './fix-ups.ts';
import { leftBehind } from './left-behind.ts';
import type { Receiver } from './receiver.ts';
import type { Report } from './report.ts';
import { signerOf } from './signer.ts';
import { SHARDS } from './stage.ts';
import type { Target } from './target.ts';
import type { Redeployment, Scenario, World } from './world.ts';

export type DeployRun = {
  readonly name: string;
  readonly target: Target;
  readonly folder: string;
  readonly receiver: Receiver;
  readonly report: Report;
  /** Each list runs at once, one list after the other. */
  readonly scenarios: readonly (readonly Scenario[])[];
  /** Deployments take all of a small machine, so runs that share one take turns. */
  readonly inTurn: <Result>(deploy: () => Promise<Result>) => Promise<Result>;
};

/** Deploys the app into a target, runs the scenarios on it, takes it away and looks what is left. */
export async function deployAndRun(run: DeployRun): Promise<void> {
  const { name, target, folder, report, inTurn } = run;
  await mkdir(folder, { recursive: true });
  const clients = makeClients(target);
  const cdk = makeCdk(target, folder);
  let assembly = '';
  let world: World | undefined;
  await report.check(name, 'bootstrapped and deployed by CDK', () =>
    inTurn(async () => {
      assembly = await cdk.synth(SHARDS.before);
      await cdk.bootstrap(assembly);
      world = await makeWorld(run, { clients, cdk, assembly });
      const { resources, stacks } = world.deployment;
      return `${resources.length} resources in ${stacks.length} stacks`;
    }),
  );
  if (world) await runScenarios(run, world);
  await report.check(name, 'taken away by CDK, with nothing left', async () => {
    await world?.callers.remove();
    await cdk.destroy(assembly);
    const left = await leftBehind(clients, world?.deployment.stacks ?? []);
    assert.deepEqual(left, [], 'something is left');
    return 'no stack, table, queue, function, rule, event bus, schedule, log group or role';
  });
}

type Tools = { readonly clients: Clients; readonly cdk: Cdk; readonly assembly: string };

async function makeWorld({ target, receiver, inTurn }: DeployRun, { clients, cdk, assembly }: Tools): Promise<World> {
  const outputs = await cdk.deploy(assembly);
  const deployment = await readDeployment(clients, assembly, outputs);
  const door = doorOf(outputs.ApiUrl ?? '', target);
  const callers = await makeCallers(clients, target, door.apiId);
  return {
    target,
    clients,
    deployment,
    door,
    callers,
    api: makeApi(door, signerOf(callers.caller, target.region)),
    receiver,
    canary: `canary-${randomUUID()}`,
    fates: new Map(),
    unseen: new Set(),
    mayRepeat: new Set(),
    redeployment: makeRedeployment(() =>
      inTurn(async () => {
        await cdk.deploy(await cdk.synth(SHARDS.after));
      }),
    ),
  };
}

function makeRedeployment(deploy: () => Promise<void>): Redeployment {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  return { begin: () => deploy().finally(resolve), over };
}

async function runScenarios({ name, report, scenarios }: DeployRun, world: World): Promise<void> {
  await report.check(name, 'what the target leaves out of a deployment is as known', async () => {
    const fixed = await fixUp(world.clients, world.deployment, world.target);
    return fixed.length > 0 ? fixed.join('; ') : 'nothing to put right';
  });
  for (const together of scenarios) {
    await Promise.all(together.map((scenario) => report.check(name, scenario.name, () => scenario.run(world))));
  }
}
