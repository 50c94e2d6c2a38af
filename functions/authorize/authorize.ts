import { createHash } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import type { ApiKeys } from '../../shared/config.ts';

export const API_KEY_HEADER = 'x-api-key';

type Verdict = APIGatewaySimpleAuthorizerWithContextResult<{ readonly key?: string }>;

export type Authorize = (event: Pick<APIGatewayRequestAuthorizerEventV2, 'headers'>) => Promise<Verdict>;

/**
 * Lets a call in whose key is known, and tells the access log whose it is. Hashes are compared and not keys, so the time
 * that it takes tells nothing about a key.
 */
export const makeAuthorize = (apiKeys: ApiKeys): Authorize => {
  const names = new Map(Object.entries(apiKeys).map(([name, hash]) => [hash, name]));
  return async ({ headers }) => {
    const key = names.get(
      createHash('sha256')
        .update(headers?.[API_KEY_HEADER] ?? '')
        .digest('hex'),
    );
    return key === undefined ? { isAuthorized: false, context: {} } : { isAuthorized: true, context: { key } };
  };
};
