import { toJsonSchemaDefs } from '@valibot/to-json-schema';
import { components } from '../components.ts';
import type { AnswerDoc, Content, Operation } from '../operation.ts';
import { operations } from '../operations.ts';
import {
  answerHeaders,
  CONVERSION,
  headerParameters,
  type Json,
  pathParameters,
  problemAnswers,
  problemRefs,
  queryParameters,
  refTo,
} from './common-parts.ts';

/** The interface as OpenAPI 3.1, made from what validates the requests. */
export function makeOpenApiDocument(version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Meridian',
      version,
      description:
        'Takes messages for an instant or a local time and delivers them then; runs functions with state and timers by key. Where there is GET, HEAD is answered too.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [{ name: 'Targets' }, { name: 'Messages' }, { name: 'Operations' }, { name: 'Processes' }],
    paths: pathsOf(Object.entries(operations)),
    components: { schemas: toJsonSchemaDefs(components, CONVERSION), responses: problemAnswers },
  };
}

function pathsOf(all: readonly (readonly [string, Operation])[]): Json {
  const paths: Record<string, Json> = {};
  for (const [operationId, operation] of all) {
    const method = operation.method.toLowerCase();
    paths[operation.path] = { ...paths[operation.path], [method]: operationDoc(operationId, operation) };
  }
  return paths;
}

function operationDoc(operationId: string, operation: Operation): Json {
  const { tag, summary, description, body, answers, problems, path, query } = operation;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    parameters: [...pathParameters(path), ...headerParameters(operation), ...queryParameters(query)],
    ...(body !== undefined && { requestBody: { required: true, content: mapped(body, contentDoc) } }),
    responses: { ...mapped(answers, answerDoc), ...problemRefs(problems) },
  };
}

const mapped = <T>(record: Readonly<Record<string, T>>, toDoc: (value: T) => Json): Json =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, toDoc(value)]));

function contentDoc({ schemas, example }: Content): Json {
  const [only, ...others] = schemas.map((name) => refTo('schemas', name));
  // Lines of JSON are text to JSON Schema; each is a BulkMessage, or an Element.
  const schema = only === undefined ? { type: 'string' } : others.length === 0 ? only : { oneOf: [only, ...others] };
  return { schema, ...(example !== undefined && { example }) };
}

function answerDoc({ description, schema, example, headers }: AnswerDoc): Json {
  const content =
    schema === undefined ? undefined : { schema: refTo('schemas', schema), ...(example !== undefined && { example }) };
  return {
    description,
    headers: answerHeaders(headers),
    ...(content !== undefined && { content: { 'application/json': content } }),
  };
}
