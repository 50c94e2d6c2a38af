import { setTimeout as sleep } from 'node:timers/promises';
import { ATTRIBUTES } from '../aws/dynamo/tables.ts';
import { callDynamo } from './call-engine.ts';
import { TABLES } from './set-up-engines.ts';

export type ExpiryOptions = {
  readonly dynamoEndpoint: string;
  readonly onError: (error: unknown) => void;
  readonly pauseMs?: number;
};

export type Expiry = {
  /** Resolves when the call under way has ended. */
  stop(): Promise<void>;
};

type Attributes = Readonly<Record<string, unknown>>;
type ScanAnswer = { readonly Items: readonly Attributes[]; readonly LastEvaluatedKey?: Attributes };

const EVERY_MS = 60 * 60_000;
/** DynamoDB itself takes its time, and nothing relies on it to be quick. */
const PATIENCE_SECONDS = 24 * 60 * 60;
/** Few items and a pause, because deliveries wait for the same thread. */
const PAGE_ITEMS = 50;
const PAUSE_MS = 100;

/** Deletes what expired more than a day ago, at once and every hour: the embedded DynamoDB does not by itself. */
export function startExpiry({ dynamoEndpoint, onError, pauseMs = PAUSE_MS }: ExpiryOptions): Expiry {
  const stopping = new AbortController();
  const { signal } = stopping;

  const sweepTable = async (table: string): Promise<void> => {
    const before = { ':before': { N: String(Math.floor(Date.now() / 1000) - PATIENCE_SECONDS) } };
    let from: Attributes | undefined;
    do {
      const page = await callDynamo<ScanAnswer>(dynamoEndpoint, 'Scan', { body: scan(table, before, from) });
      for (const key of page.Items) {
        if (signal.aborted) return;
        await removeExpired(dynamoEndpoint, { table, key, before });
      }
      from = page.LastEvaluatedKey;
      await sleep(pauseMs, undefined, { signal });
    } while (from !== undefined);
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        for (const table of Object.values(TABLES)) await sweepTable(table);
      } catch (error) {
        if (!signal.aborted) onError(error);
      }
      await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  };

  const running = run();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

const EXPIRED = `${ATTRIBUTES.expiresAt} < :before`;

const scan = (table: string, before: Attributes, from: Attributes | undefined): Attributes => ({
  TableName: table,
  Limit: PAGE_ITEMS,
  FilterExpression: EXPIRED,
  ProjectionExpression: `${ATTRIBUTES.pk}, ${ATTRIBUTES.sk}`,
  ExpressionAttributeValues: before,
  ...(from !== undefined && { ExclusiveStartKey: from }),
});

type Removal = { readonly table: string; readonly key: Attributes; readonly before: Attributes };

/** An item that got more time since it was found stays. */
async function removeExpired(endpoint: string, { table, key, before }: Removal): Promise<void> {
  const body = { TableName: table, Key: key, ConditionExpression: EXPIRED, ExpressionAttributeValues: before };
  try {
    await callDynamo(endpoint, 'DeleteItem', { body });
  } catch (error) {
    if (!(error as Error).message.includes('ConditionalCheckFailed')) throw error;
  }
}
