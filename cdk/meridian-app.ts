import type { App } from 'aws-cdk-lib';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { StageSettings } from './stage.ts';
import { StatefulStack } from './stateful-stack.ts';
import { StatelessStack } from './stateless-stack.ts';

/** Puts the stacks of one stage into `app`, with the rules they are held to. */
export function addMeridian(app: App, stage: StageSettings): void {
  const { tables } = new StatefulStack(app, `meridian-${stage.name}-stateful`, stage);
  new StatelessStack(app, `meridian-${stage.name}-stateless`, { stage, tables });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
