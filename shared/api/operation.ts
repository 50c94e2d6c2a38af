import type { GenericSchema, ObjectEntries } from 'valibot';
import type { ComponentName } from './components.ts';
import type { MediaType } from './http/media-type.ts';

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** How the body of one media type is described. */
export type Content = { readonly schemas: readonly ComponentName[]; readonly example?: unknown };

export type AnswerDoc = {
  readonly description: string;
  readonly schema?: ComponentName;
  readonly example?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * One operation of the interface: what its route takes and what its document says. Routing, `Allow`, the check of
 * query and media type, and the OpenAPI document all come from here, so they cannot differ.
 */
export type Operation = {
  readonly method: HttpMethod;
  /** With `{name}` for a target's or process's name, `{key}` for a key or message id, `{timer}` for a timer's id. */
  readonly path: string;
  readonly tag: 'Targets' | 'Messages' | 'Operations' | 'Processes';
  readonly summary: string;
  readonly description?: string;
  readonly query?: GenericSchema & { readonly entries: ObjectEntries };
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly required: boolean }>>;
  readonly body?: Partial<Readonly<Record<MediaType, Content>>>;
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** The problems beyond those that every operation may answer. */
  readonly problems: readonly number[];
};
