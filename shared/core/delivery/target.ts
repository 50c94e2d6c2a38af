import type { EpochMs } from '../time/epoch.ts';
import type { RetryPolicy } from './retry.ts';

/** A signing secret in the form of Standard Webhooks (`whsec_` + base64); `until` is set on the old one of a rotation. */
export type SigningSecret = { readonly secret: string; readonly until?: EpochMs };

/** Where the messages of a target go; one variant per channel. */
export type Destination =
  | { readonly kind: 'http'; readonly url: string; readonly secrets: readonly SigningSecret[] }
  | { readonly kind: 'sqs'; readonly queueUrl: string }
  | { readonly kind: 'sns'; readonly topicArn: string }
  /** `eventBus`: its name or ARN; the other two are what rules match first. */
  | {
      readonly kind: 'eventbridge';
      readonly eventBus: string;
      readonly source: string;
      readonly detailType: string;
    }
  | { readonly kind: 'lambda'; readonly functionArn: string }
  | { readonly kind: 'log' }
  | { readonly kind: 'none' };

export type DeliveryGuarantee = 'at-least-once' | 'at-most-once';

/** A named place that messages go to, with everything that is the same for all of them. */
export type Target = {
  readonly name: string;
  readonly destination: Destination;
  /** For one attempt in total, connect to last byte. */
  readonly timeoutMs: number;
  readonly ratePerSecond?: number;
  readonly retry: RetryPolicy;
  readonly delivery: DeliveryGuarantee;
  readonly headers: Readonly<Record<string, string>>;
  readonly createdAt: EpochMs;
};
