import { EndToEndError } from './end-to-end-error.ts';

export const TARGET_NAMES = ['ministack', 'localstack', 'aws-emulator', 'aws'] as const;

export type TargetName = (typeof TARGET_NAMES)[number];

/** Where the stacks go, and what has to be done differently there; docs/emulators.md has the reasons. */
export type Target = {
  readonly name: TargetName;
  /** The emulator's address; AWS has one for each service. */
  readonly endpoint?: string;
  readonly region: string;
  /** What CDK bootstraps; on AWS the account of the credentials. */
  readonly environment?: string;
  /** For emulators; on AWS they are those of the environment. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** IAM policies and signatures are checked. */
  readonly enforcesIam: boolean;
  /** A process group of ours that serves the emulator. */
  readonly processGroup?: number;
};

/** The root pair of every emulator: what it signs is believed. */
const ROOT = { accessKeyId: 'test', secretAccessKey: 'test' };
const REGION = 'us-east-1';
const EMULATED_ACCOUNT = '000000000000';

export type Environment = Readonly<Record<string, string | undefined>>;

export function targetNameOf({ E2E_TARGET: name = 'ministack' }: Environment): TargetName {
  const found = TARGET_NAMES.find((known) => known === name);
  if (found) return found;
  throw new EndToEndError(`E2E_TARGET is "${name}"; it takes one of ${TARGET_NAMES.join(', ')}.`);
}

export const emulated = (name: TargetName, endpoint: string, enforcesIam: boolean): Target => ({
  name,
  endpoint,
  region: REGION,
  environment: `aws://${EMULATED_ACCOUNT}/${REGION}`,
  credentials: ROOT,
  enforcesIam,
});

/** The variables by which a command finds the account of a target. */
export const accountOf = ({ region, credentials }: Target): Environment => ({
  AWS_REGION: region,
  ...(credentials && {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
  }),
});

/** A target that is up already: AWS, or an emulator at `E2E_ENDPOINT`, which enforces IAM where `E2E_AUTH` is true. */
export function standingTarget(name: Exclude<TargetName, 'ministack'>, env: Environment): Target {
  if (name === 'aws') return { name, region: awsRegionOf(env), enforcesIam: true };
  const endpoint = env.E2E_ENDPOINT ?? 'http://127.0.0.1:4566';
  if (!URL.canParse(endpoint)) {
    throw new EndToEndError(`E2E_ENDPOINT is "${endpoint}"; it takes the address of the emulator that is up.`);
  }
  return emulated(name, endpoint, env.E2E_AUTH === 'true');
}

function awsRegionOf({ AWS_REGION: region }: Environment): string {
  if (region) return region;
  throw new EndToEndError('E2E_TARGET=aws needs AWS_REGION and the credentials of an account to deploy into.');
}
