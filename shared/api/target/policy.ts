import type { TargetUrlPolicy } from '../../core/delivery/target-url.ts';

/** Kinds of targets whose service may be one that this process cannot reach. */
export const REACHED_KINDS = ['sns', 'eventbridge', 'lambda'] as const;

/** What an operator and the place of the deployment allow targets to be. */
export type TargetPolicy = TargetUrlPolicy & {
  /** The services of AWS are asked here, so what has a region in its name must be here too. */
  readonly region: string;
  /** Kinds that lead nowhere, each with the variable that would name an endpoint. */
  readonly unreachable: Readonly<Partial<Record<(typeof REACHED_KINDS)[number], string>>>;
};
