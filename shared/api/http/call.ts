import type { GenericSchema, InferOutput } from 'valibot';
import type { OperationId, operations } from '../operations.ts';
import type { MediaType } from './media-type.ts';
import type { Reply } from './reply.ts';
import type { CarriedBody } from './request-body.ts';
import type { RequestHeaders } from './request-headers.ts';

type QueryOf<Id extends OperationId> = (typeof operations)[Id] extends {
  readonly query: infer Schema extends GenericSchema;
}
  ? InferOutput<Schema>
  : unknown;

/** One request, its route found, its path decoded, its query and media type checked. */
export type Call<Id extends OperationId = OperationId> = {
  /** `key`: decoded, otherwise as it came; `name`: a valid one. Empty where the path has none. */
  readonly key: string;
  readonly name: string;
  /** Decoded; empty where the path has none. */
  readonly timer: string;
  readonly query: QueryOf<Id>;
  readonly headers: RequestHeaders;
  /** `undefined` where the operation takes no body. */
  readonly media: MediaType | undefined;
  readonly carried: CarriedBody;
};

export type Handler<Id extends OperationId> = (call: Call<Id>) => Promise<Reply>;

export type Handlers<Ids extends OperationId = OperationId> = { readonly [Id in Ids]: Handler<Id> };
