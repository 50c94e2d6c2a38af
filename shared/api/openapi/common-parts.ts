import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema, ObjectEntries } from 'valibot';
import type { Operation } from '../operation.ts';
import { ID_FORM } from '../schema/terms.ts';

export type Json = Readonly<Record<string, unknown>>;

export const refTo = (section: 'schemas' | 'responses', name: string): Json => ({
  $ref: `#/components/${section}/${name}`,
});

export const CONVERSION: ConversionConfig = {
  target: 'draft-2020-12',
  // A check has a code and a sentence of its own; JSON Schema has no word for it.
  ignoreActions: ['check', 'transform'],
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
};

const REQUEST_ID = { 'x-request-id': { description: 'Names this request.', schema: { type: 'string' } } };

export const answerHeaders = (headers: Readonly<Record<string, string>> = {}): Json => {
  const documented = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return { ...REQUEST_ID, ...Object.fromEntries(documented) };
};

const PROBLEMS: Readonly<
  Record<number, { readonly description: string; readonly headers?: Readonly<Record<string, string>> }>
> = {
  400: { description: 'The request cannot be read: look at `errors`' },
  404: { description: 'There is no such thing' },
  409: { description: 'Something is in the way just now', headers: { 'Retry-After': 'Seconds, where waiting helps.' } },
  413: { description: 'More than is taken at once' },
  414: { description: 'The path is too long' },
  415: { description: 'Another media type, charset or encoding than what is taken' },
  422: { description: 'The request can be read, but not done' },
  431: { description: 'More header fields than are taken' },
  500: { description: 'Our fault' },
  503: { description: 'Not now; repeat the same request', headers: { 'Retry-After': 'Seconds.' } },
};

/** Those that every operation may answer. */
const ALWAYS = [400, 404, 414, 431, 500, 503];

export const problemAnswers: Json = Object.fromEntries(
  Object.entries(PROBLEMS).map(([status, { description, headers }]) => [
    `Problem${status}`,
    {
      description,
      headers: answerHeaders(headers),
      content: { 'application/problem+json': { schema: refTo('schemas', 'Problem') } },
    },
  ]),
);

export const problemRefs = (statuses: readonly number[]): Json =>
  Object.fromEntries([...ALWAYS, ...statuses].map((status) => [status, refTo('responses', `Problem${status}`)]));

const PATH_PARAMETERS: Readonly<Record<string, Json>> = {
  name: {
    description: 'The name of a target, or of a process.',
    schema: { type: 'string', pattern: ID_FORM.source },
    example: 'push',
  },
  key: {
    description:
      'A key, 1 to 256 bytes of UTF-8 without control characters, percent-encoded; or the id of a message, which starts with `msg_`.',
    schema: { type: 'string', minLength: 1 },
    example: 'driver-42',
  },
  timer: {
    description: 'The id of a timer, as its key shows it.',
    schema: { type: 'string', minLength: 1 },
    example: 'event:1795219260000:row',
  },
};

export const pathParameters = (path: string): Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...PATH_PARAMETERS[name],
  }));

export const headerParameters = ({ headers = {} }: Operation): Json[] =>
  Object.entries(headers).map(([name, { description, required }]) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  }));

export const queryParameters = (query: (GenericSchema & { readonly entries: ObjectEntries }) | undefined): Json[] =>
  Object.entries(query?.entries ?? {}).map(([name, schema]) => {
    const { $schema, description, ...rest } = toJsonSchema(schema as GenericSchema, {
      ...CONVERSION,
      typeMode: 'output',
    });
    return { name, in: 'query', required: false, ...(description !== undefined && { description }), schema: rest };
  });
