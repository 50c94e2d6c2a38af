import type { TargetPolicy } from '../api/target/policy.ts';
import { toTargetSpec } from '../api/target/spec.ts';
import type { TargetLookup } from '../app/target-registry.ts';
import type { Targets } from '../app/targets.ts';
import { type EchoDelivery, type EchoReceiver, startEchoReceiver } from './echo-receiver.ts';

export const ECHO_TARGET = 'echo';

type EchoParts = {
  readonly targets: Targets;
  readonly targetLookup: TargetLookup;
  readonly targetPolicy: TargetPolicy;
};

/** Starts the echo receiver and points the target `echo` at it; what else a user set on that target stays. */
export async function startEcho(parts: EchoParts, onDelivery: (delivery: EchoDelivery) => void): Promise<EchoReceiver> {
  const { targets, targetLookup, targetPolicy } = parts;
  const receiver = await startEchoReceiver({ secrets: () => secretsOf(targetLookup), onDelivery });
  try {
    const spec = toTargetSpec({ kind: 'http', url: receiver.url }, targetPolicy);
    const known = await targets.find(ECHO_TARGET);
    await targets.put(ECHO_TARGET, { ...spec, ...known, destination: spec.destination });
    return receiver;
  } catch (error) {
    await receiver.close();
    throw error;
  }
}

async function secretsOf(targetLookup: TargetLookup): Promise<string[]> {
  const destination = (await targetLookup.find(ECHO_TARGET))?.destination;
  return destination?.kind === 'http' ? destination.secrets.map(({ secret }) => secret) : [];
}
