import type { DeadLetterDesk } from '../../app/dead-letter-desk.ts';
import type { StatusDesk } from '../../app/status-desk.ts';
import { fieldProblem } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Handlers } from '../http/call.ts';
import { bytesOfBody, readObject } from '../http/request-body.ts';
import type { ApiLimits } from '../limits.ts';
import { bucketRange, segmentPage } from './bucket-page.ts';
import type { operatorOperations } from './operations.ts';
import { redriveSchema } from './schema.ts';
import { deadLetterView, statusView, type Versions } from './views.ts';

export type OperatorHandlerDeps = Versions & {
  readonly status: StatusDesk;
  readonly deadLetters: DeadLetterDesk;
  readonly clock: Clock;
  readonly limits: ApiLimits;
  /** Gives the document that describes the interface. */
  readonly openApi: () => unknown;
};

/** The operations of those who run the system. */
export function makeOperatorHandlers(deps: OperatorHandlerDeps): Handlers<keyof typeof operatorOperations> {
  const { status, deadLetters, clock, limits, version, openApi } = deps;
  let document: unknown;

  return {
    getStatus: async () => ({ status: 200, body: statusView(await status.status(), deps) }),
    listBuckets: async ({ query }) => {
      const { from, to, after } = bucketRange(query, clock.now());
      // Up to `after` the first bucket was shown before; one more than a page shows that another follows.
      const limit = query.limit + 1 + (after === undefined ? 0 : after.shard + 1);
      return { status: 200, body: segmentPage(await status.buckets({ from, to, limit }), query.limit, after) };
    },
    listDeadLetters: async ({ query }) => {
      const { items, next } = await deadLetters.list(query);
      return { status: 200, body: { items: items.map(deadLetterView), next } };
    },
    redriveDeadLetters: async ({ carried }) => {
      const { target, ids, ratePerSecond } = readObject(
        bytesOfBody(carried, limits.messageBytes),
        redriveSchema,
        limits,
      );
      const rate = ratePerSecond === undefined ? {} : { ratePerSecond };
      if (target !== undefined && ids === undefined) return redriven(await deadLetters.redrive({ target, ...rate }));
      if (ids !== undefined && target === undefined) return redriven(await deadLetters.redrive({ ids, ...rate }));
      throw fieldProblem(
        400,
        'EXACTLY_ONE_SELECTION',
        ids === undefined ? '' : '/ids',
        'Give exactly one of "target" and "ids".',
      );
    },
    getHealth: async () => ({ status: 200, body: { status: 'ok', version } }),
    getOpenApi: async () => {
      document ??= await openApi();
      return { status: 200, body: document };
    },
  };
}

const redriven = ({ redriven: count }: { readonly redriven: number }) => ({ status: 202, body: { redriven: count } });
