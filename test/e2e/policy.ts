import assert from 'node:assert/strict';
import { GetRolePolicyCommand, ListRolePoliciesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { Clients } from './clients.ts';

type Statement = { readonly Action: string | readonly string[]; readonly Resource?: unknown };
type Document = { readonly Statement: readonly Statement[] };

/** The one policy of a function's role, as it is in the account. */
export type RolePolicy = {
  readonly text: string;
  readonly put: (text: string) => Promise<unknown>;
};

/** Throws where the role has more than the one policy that its template gives it. */
export async function policyOf({ iam, lambda }: Clients, FunctionName: string): Promise<RolePolicy> {
  const { Role = '' } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const RoleName = Role.split('/').at(-1) ?? '';
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const [PolicyName, ...others] = PolicyNames;
  assert.ok(PolicyName && others.length === 0, `the role of ${FunctionName} has ${PolicyNames.length} policies`);
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  const put = (text: string) => iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: text }));
  return { text: decodeURIComponent(PolicyDocument), put };
}

/** The policy with other actions in each statement, which `change` is given by its actions and resources; a statement that has none left is left out. */
export function withActions(
  text: string,
  change: (actions: readonly string[], resources: string) => readonly string[],
): string {
  const document = JSON.parse(text) as Document;
  const statements = document.Statement.map((statement) => ({
    ...statement,
    Action: change([statement.Action].flat(), JSON.stringify(statement.Resource)),
  }));
  return JSON.stringify({ ...document, Statement: statements.filter(({ Action }) => Action.length > 0) });
}
