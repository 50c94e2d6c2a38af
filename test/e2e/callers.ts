import { randomUUID } from 'node:crypto';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { Clients } from './clients.ts';
import type { Credentials } from './signer.ts';
import type { Target } from './target.ts';

/** Who calls the API. */
export type Callers = {
  /** May call it. */
  readonly caller: Credentials;
  /** Has a key that is good, and no grant; absent where nobody checks. */
  readonly stranger?: Credentials;
  remove(): Promise<void>;
};

const POLICY_NAME = 'end-to-end';

/**
 * IAM users, where rights are checked: the keys that deploy are an emulator's root, whose signatures it does not check.
 * Elsewhere the keys that deploy.
 */
export async function makeCallers(clients: Clients, target: Target, apiId: string): Promise<Callers> {
  const { credentials, enforcesIam, region } = target;
  if (credentials && !enforcesIam) return { caller: credentials, remove: () => Promise.resolve() };
  const grant = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `arn:aws:execute-api:${region}:*:${apiId}/*` },
    ],
  };
  const caller = await makeUser(clients, JSON.stringify(grant));
  const stranger = await makeUser(clients);
  return {
    caller: caller.credentials,
    stranger: stranger.credentials,
    remove: async () => {
      await caller.remove();
      await stranger.remove();
    },
  };
}

/** A new IAM user with a key of its own, and with one policy or none. */
export async function makeUser({ iam }: Clients, PolicyDocument?: string) {
  const UserName = `meridian-e2e-${randomUUID()}`;
  await iam.send(new CreateUserCommand({ UserName }));
  if (PolicyDocument !== undefined) {
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: POLICY_NAME, PolicyDocument }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const AccessKeyId = AccessKey?.AccessKeyId ?? '';
  return {
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: AccessKey?.SecretAccessKey ?? '' },
    remove: async () => {
      await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
      if (PolicyDocument !== undefined) {
        await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: POLICY_NAME }));
      }
      await iam.send(new DeleteUserCommand({ UserName }));
    },
  };
}
