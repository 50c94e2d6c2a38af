import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { Outputs } from './cdk.ts';
import type { Clients } from './clients.ts';

// biome-ignore lint/suspicious/noExplicitAny: the properties of a template are whatever JSON CloudFormation takes.
export type Properties = any;

/** One resource that a stack made. */
export type Resource = {
  readonly type: string;
  /** Its name in the template. */
  readonly logicalId: string;
  /** Its name in the account. */
  readonly id: string;
  readonly properties: Properties;
};

export type Deployment = {
  readonly stacks: readonly string[];
  readonly outputs: Outputs;
  readonly resources: readonly Resource[];
};

type Template = { readonly Resources: Readonly<Record<string, { readonly Properties?: Properties }>> };

/** What the stacks of `assembly` came to, by template and by account. */
export async function readDeployment(clients: Clients, assembly: string, outputs: Outputs): Promise<Deployment> {
  const stacks = await stacksOf(assembly);
  const resources = await Promise.all(stacks.map((stack) => resourcesOf(clients, assembly, stack)));
  return { stacks, outputs, resources: resources.flat() };
}

async function stacksOf(assembly: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(assembly, 'manifest.json'), 'utf8')) as {
    readonly artifacts: Readonly<Record<string, { readonly type: string }>>;
  };
  const isStack = ([, { type }]: [string, { readonly type: string }]) => type === 'aws:cloudformation:stack';
  return Object.entries(manifest.artifacts)
    .filter(isStack)
    .map(([name]) => name);
}

async function resourcesOf({ cloudFormation }: Clients, assembly: string, stack: string): Promise<Resource[]> {
  const template = JSON.parse(await readFile(join(assembly, `${stack}.template.json`), 'utf8')) as Template;
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: stack }));
  return StackResources.map(({ LogicalResourceId: logicalId = '', PhysicalResourceId: id = '', ResourceType }) => ({
    type: ResourceType ?? '',
    logicalId,
    id,
    properties: template.Resources[logicalId]?.Properties ?? {},
  }));
}

export const resourcesOfType = ({ resources }: Pick<Deployment, 'resources'>, type: string): readonly Resource[] =>
  resources.filter((resource) => resource.type === type);

const FUNCTION = 'AWS::Lambda::Function';

/** A function of the app; CDK names it in templates by its constructs and a hash. */
export type FunctionName = 'Ingest' | 'Tick' | 'Send' | 'Process' | 'Elements' | 'Source';

/** The resource of a type that CDK made under this name. */
export function resourceNamed(deployment: Deployment, type: string, name: string): Resource {
  const form = new RegExp(`(?:^|[a-z])${name}[0-9A-F]{8}$`);
  const found = resourcesOfType(deployment, type).find(({ logicalId }) => form.test(logicalId));
  if (found) return found;
  throw new Error(`No stack made a ${type} "${name}".`);
}

/** The name in the account of a function. */
export const functionNamed = (deployment: Deployment, name: FunctionName): string =>
  resourceNamed(deployment, FUNCTION, name).id;
