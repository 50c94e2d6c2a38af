import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Parts } from './parts.ts';
import { lanesOf, workersOf } from './parts.ts';

/** US dollars, us-east-1, November 2026; without free tiers and discounts. */
const PRICE = {
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  /** arm64. */
  lambdaGbSecond: 0.0000133334,
  lambdaCall: 0.2e-6,
  queueCall: 0.4e-6,
  apiCall: 1e-6,
  logByte: 0.5 / 1024 ** 3,
} as const;

const HOUR = Duration.hours(1);
const HOURLY = { period: HOUR, statistic: Stats.SUM };

type Term = { readonly metric: IMetric; readonly price: number };

/**
 * What each service charges by the hour for what it did, in dollars: an estimate, from usage at list prices. A message of
 * SQS is taken for a call of its own, though ten can share one. What is stored, and CloudWatch, come on top.
 */
export function costByService(parts: Parts): MathExpression[] {
  const { tables, frontDoor } = parts;
  const workers = workersOf(parts);
  const stored = [tables.segments, tables.keys, tables.control].flatMap((table) => [
    { metric: table.metric('ConsumedWriteCapacityUnits', HOURLY), price: PRICE.writeUnit },
    { metric: table.metric('ConsumedReadCapacityUnits', HOURLY), price: PRICE.readUnit },
  ]);
  const ran = workers.flatMap(({ lambda, memoryMb }) => [
    { metric: lambda.metricDuration(HOURLY), price: ((memoryMb / 1024) * PRICE.lambdaGbSecond) / 1000 },
    { metric: lambda.metricInvocations(HOURLY), price: PRICE.lambdaCall },
  ]);
  const queues = lanesOf(parts).flatMap((lanes) => lanes.queues);
  const hinted = queues.flatMap((queue) =>
    [
      queue.metricNumberOfMessagesSent(HOURLY),
      queue.metricNumberOfMessagesReceived(HOURLY),
      queue.metricNumberOfMessagesDeleted(HOURLY),
      queue.metricNumberOfEmptyReceives(HOURLY),
    ].map((metric) => ({ metric, price: PRICE.queueCall })),
  );
  return [
    dollars('DynamoDB', stored),
    dollars('Lambda', ran),
    dollars('SQS', hinted),
    dollars('API Gateway', [{ metric: frontDoor.httpApi.metricCount(HOURLY), price: PRICE.apiCall }]),
    dollars(
      'Logs',
      workers.map(({ lambda }) => ({ metric: bytesInto(lambda.logGroup), price: PRICE.logByte })),
    ),
  ];
}

function dollars(label: string, terms: readonly Term[]): MathExpression {
  const prefix = label.toLowerCase().replaceAll(' ', '');
  const usingMetrics = Object.fromEntries(terms.map(({ metric }, n) => [`${prefix}${n}`, metric]));
  // What a service did not do in an hour has no value, and would leave the sum without one.
  const expression = terms.map(({ price }, n) => `FILL(${prefix}${n},0)*${price.toExponential(6)}`).join('+');
  return new MathExpression({ label, expression, usingMetrics, period: HOUR });
}

function bytesInto(logGroup: ILogGroup): Metric {
  const dimensionsMap = { LogGroupName: logGroup.logGroupName };
  return new Metric({ namespace: 'AWS/Logs', metricName: 'IncomingBytes', dimensionsMap, ...HOURLY });
}
