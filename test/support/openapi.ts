import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import { makeOpenApiDocument } from '../../shared/api/openapi/document.ts';

type Answer = { readonly description: string; readonly content?: Record<string, { readonly schema: unknown }> };
type OperationDoc = { readonly responses: Record<string, Answer | { readonly $ref: string }> };
type Document = {
  readonly paths: Record<string, Record<string, OperationDoc>>;
  readonly components: { readonly schemas: Record<string, unknown>; readonly responses: Record<string, Answer> };
};

/** What a handler of API Gateway answers. */
export type HttpAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const MAX_PROBLEM_BYTES = 2048;
const NO_OPERATION = new Set([404, 405, 414, 431]);

/** As a caller gets it. */
export const openApiDocument = JSON.parse(JSON.stringify(makeOpenApiDocument('0.0.0-test'))) as Document;

const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
ajv.addSchema({ $id: 'openapi', components: openApiDocument.components });

const validators = new Map<string, ValidateFunction>();
const validatorOf = (schema: unknown): ValidateFunction => {
  const text = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
  const known = validators.get(text) ?? ajv.compile(JSON.parse(text));
  validators.set(text, known);
  return known;
};

const templates = Object.entries(openApiDocument.paths).map(([path, operations]) => ({
  form: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  operations,
}));

/** The documented answer of an operation, or the one that requests without an operation get. */
function documentedAnswer(method: string, path: string, status: number): Answer {
  const operations = templates.find(({ form }) => form.test(path))?.operations ?? {};
  const name = method.toLowerCase();
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  const answer = operation?.responses[status];
  if (answer === undefined) {
    expect(operation, `${method} ${path} does not document ${status}`).toBeUndefined();
    expect(NO_OPERATION, `${method} ${path}`).toContain(status);
    return openApiDocument.components.responses.Problem400 as Answer;
  }
  if (!('$ref' in answer)) return answer;
  return openApiDocument.components.responses[answer.$ref.replace('#/components/responses/', '')] as Answer;
}

/** Fails where an answer is not one that the OpenAPI document promises: status, media type, body, request id. */
export function expectFits(method: string, path: string, { statusCode, headers, body }: HttpAnswer): void {
  const { content } = documentedAnswer(method, path, statusCode);
  expect(headers['x-request-id'], 'x-request-id').toMatch(/./);
  const type = headers['content-type'];
  if (content === undefined) {
    expect({ type, body }).toEqual({ type: undefined, body: '' });
    return;
  }
  expect(Object.keys(content)).toContain(type);
  const validate = validatorOf(content[type ?? '']?.schema);
  expect(validate(JSON.parse(body)) ? [] : validate.errors, `${method} ${path} ${statusCode} ${body}`).toEqual([]);
  if (statusCode >= 400) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_PROBLEM_BYTES);
}
