import type { App, IStackSynthesizer } from 'aws-cdk-lib';
import { CliCredentialsStackSynthesizer, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { checkStage } from './check-stage.ts';
import type { StageSettings } from './stage.ts';
import { StatefulStack } from './stateful-stack.ts';
import { StatelessStack } from './stateless-stack.ts';

/** With the roles of `cdk bootstrap`, or with the rights of whoever deploys, as an emulator that checks them needs it. */
export type DeployAs = 'bootstrap' | 'caller';

/** Puts the stacks of one stage into `app`, with the rules they are held to. Throws where the stage cannot be deployed. */
export function addMeridian(app: App, settings: StageSettings, deployAs: DeployAs = 'bootstrap'): void {
  const stage = checkStage(settings);
  // Its type lets one property be undefined that the interface only lets be absent.
  const synthesizer = deployAs === 'caller' && (new CliCredentialsStackSynthesizer() as IStackSynthesizer);
  const props = { stage, ...(synthesizer && { synthesizer }) };
  const { tables } = new StatefulStack(app, `meridian-${stage.name}-stateful`, props);
  new StatelessStack(app, `meridian-${stage.name}-stateless`, { ...props, tables });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}

/** What `-c deployAs=…` says; throws where it says something else. */
export function chooseDeployAs(deployAs: string = 'bootstrap'): DeployAs {
  if (deployAs === 'bootstrap' || deployAs === 'caller') return deployAs;
  throw new Error(`deployAs is "${deployAs}"; it takes bootstrap or caller.`);
}
