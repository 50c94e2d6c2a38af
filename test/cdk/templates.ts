import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { addMeridian } from '../../cdk/meridian-app.ts';
import type { StageSettings } from '../../cdk/stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template is whatever JSON CloudFormation takes; a wrong path fails the test.
export type Json = any;

export type Resource = {
  readonly Type: string;
  Properties: Json;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  DependsOn?: readonly string[];
};

export type Template = { Resources: Record<string, Resource>; Outputs: Record<string, Json> };

export type Templates = {
  readonly stage: StageSettings;
  readonly stateful: Template;
  readonly stateless: Template;
  /** What cdk-nag and CloudFormation's own schemas object to, and nobody acknowledged. */
  readonly violations: readonly unknown[];
};

/** One thing that must hold of the templates, and changes that must each break it. */
export type Check = {
  readonly name: string;
  /** A sentence for each fault; empty where all is well. */
  readonly faults: (templates: Templates) => readonly string[];
  readonly broken: Readonly<Record<string, (templates: Templates) => unknown>>;
};

/** The app of `cdk synth`, with its settings, but without bundling. */
export function makeApp(stage: StageSettings): App {
  const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  addMeridian(app, stage);
  return app;
}

/** What the rules object to is part of the answer, so that a fault fails the check that names it as well. */
export function synthesize(stage: StageSettings): Templates {
  const app = makeApp(stage);
  try {
    app.synth();
  } catch (error) {
    if (!String(error).startsWith('ValidationFailed')) throw error;
  }
  const assembly = new CloudAssembly(app.outdir);
  const template = (part: string) => assembly.getStackByName(`meridian-${stage.name}-${part}`).template as Template;
  const report = JSON.parse(readFileSync(join(assembly.directory, 'validation-report.json'), 'utf8'));
  const violations = report.pluginReports.flatMap((plugin: Json) => plugin.violations);
  return { stage, stateful: template('stateful'), stateless: template('stateless'), violations };
}

export type Found = { readonly id: string; readonly resource: Resource; readonly props: Json };

export const all = (template: Template, type: string): Found[] =>
  Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => ({ id, resource, props: resource.Properties }));

export const first = (template: Template, type: string, idPrefix = ''): Found => {
  const found = all(template, type).find(({ id }) => id.startsWith(idPrefix));
  if (!found) throw new Error(`The template has no ${type} whose name begins with "${idPrefix}".`);
  return found;
};

export const lambda = ({ stateless }: Templates, name: string): Found =>
  first(stateless, 'AWS::Lambda::Function', name);

export const lanes = ({ stateless }: Templates): Found[] =>
  all(stateless, 'AWS::SQS::Queue').filter(({ id }) => /^LanesLane\d/.test(id));

/** Of process functions. */
export const processLanes = ({ stateless }: Templates): Found[] =>
  all(stateless, 'AWS::SQS::Queue').filter(({ id }) => /^ProcessLanesLane\d/.test(id));

export const eventSources = ({ stateless }: Templates): Found[] => all(stateless, 'AWS::Lambda::EventSourceMapping');

export const alarms = ({ stateless }: Templates): Found[] => all(stateless, 'AWS::CloudWatch::Alarm');

/** The dashboard as CloudWatch reads it; what only a deployment knows stands in it as the reference to it. */
export function dashboardBody({ stateless }: Templates): Json {
  const [, parts] = first(stateless, 'AWS::CloudWatch::Dashboard').props.DashboardBody['Fn::Join'];
  return JSON.parse(parts.map((part: Json) => (typeof part === 'string' ? part : targetOf(part))).join(''));
}

/** The resource that a `Ref` or `Fn::GetAtt` names, or the export of an import, whatever the attribute. */
export const targetOf = (value: Json): string | undefined =>
  value?.Ref ?? value?.['Fn::GetAtt']?.[0] ?? value?.['Fn::ImportValue'];

/** A sentence for each element that `isFine` refuses; also one where there are no elements to ask. */
export function faultsOf<T extends { id: string }>(elements: readonly T[], isFine: (element: T) => boolean): string[] {
  if (elements.length === 0) return ['There is none.'];
  return elements.filter((element) => !isFine(element)).map(({ id }) => `${id} is not as it should be.`);
}

export const remove = (template: Template, found: Found): void => {
  delete template.Resources[found.id];
};
