import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { components } from '../../../shared/api/components.ts';
import { makeOpenApiDocument } from '../../../shared/api/openapi/document.ts';
import type { Operation } from '../../../shared/api/operation.ts';
import { operations } from '../../../shared/api/operations.ts';
import { openApiDocument } from '../../support/openapi.ts';

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
ajv.addSchema({ $id: 'openapi', components: openApiDocument.components });

const everyOperation = Object.entries(operations) as [string, Operation][];

const faultsOf = (schema: string, value: unknown): unknown => {
  const validate = ajv.getSchema(`openapi#/components/schemas/${schema}`);
  return validate?.(value) ? [] : (validate?.errors ?? 'there is no such schema');
};

const statusProperty = (name: string): unknown =>
  (openApiDocument.components.schemas.Status as { properties: Record<string, unknown> }).properties[name];

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const document = JSON.parse(JSON.stringify(makeOpenApiDocument('1.2.3')));
    const validator = new Validator();
    expect(await validator.validate(document)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    expect(document.info.version).toBe('1.2.3');
  });

  test('has every operation once, under its own id', () => {
    const documented = Object.entries(openApiDocument.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(everyOperation.map(([, { method, path }]) => `${method} ${path}`).sort());
    expect(new Set(documented).size).toBe(everyOperation.length);
  });

  test.each([
    [
      'that keys arrive percent-encoded',
      openApiDocument.paths['/v1/messages/{key}']?.put,
      /`meridian-key`, percent-enc/,
    ],
    ['what lateness is', statusProperty('latenessMs'), /due to the start of the attempt.*first attempt/],
    ['that the figures of targets run on', statusProperty('targets'), /Running figures.*approximate after a crash/],
  ])('says %s', (_what, part, says) => {
    expect((part as { description?: string }).description).toMatch(says);
  });

  const answers = everyOperation.flatMap(([id, { answers }]) =>
    Object.entries(answers).map(([status, { schema, example }]) => ({ id, status, schema, example })),
  );

  test.each(answers)('gives an example of $id $status that fits', ({ id, schema, example }) => {
    if (schema === undefined || id === 'getOpenApi') expect(example).toBeUndefined();
    else expect(faultsOf(schema, example)).toEqual([]);
  });

  const bodies = everyOperation.flatMap(([id, { body }]) =>
    Object.entries(body ?? {}).map(([media, content]) => ({ id, media, ...content })),
  );

  /** What each line is where a body has many: JSON Schema has no word for that. */
  const lineSchemas = { postMessages: components.BulkMessage, postElements: components.Element } as const;

  test.each(bodies)(
    'gives an example of the $media of $id that fits and is taken',
    ({ id, media, schemas, example }) => {
      if (media !== 'application/json') {
        const lines = String(example)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
        const schema = lineSchemas[id as keyof typeof lineSchemas];
        for (const line of lines) expect(v.safeParse(schema, line).issues).toBeUndefined();
        return;
      }
      const fitting = schemas.filter((name) => v.is(components[name], example));
      expect(fitting).toHaveLength(1);
      expect(faultsOf(fitting[0] ?? '', example)).toEqual([]);
    },
  );

  test.each([
    ['KeyedMessage', { target: 'push', payload: 1, dueAtt: 'x' }],
    ['KeyedMessage', { target: 'pu sh', payload: 1 }],
    ['KeyedMessage', { target: 'push' }],
    ['KeyedMessage', { id: 'u1', target: 'push', payload: 1 }],
    ['BulkMessage', { id: 'u 1', target: 'push', payload: 1 }],
    ['TargetBody', { kind: 'sns' }],
    ['TargetBody', { kind: 'none', ratePerSecond: 0 }],
    ['TargetBody', { kind: 'none', url: 'https://push.example.com/' }],
    ['Redrive', { ids: [] }],
    ['Problem', { code: 'X' }],
  ] as const)('says that %s is not %j, as the validation does', (name, value) => {
    expect(v.is(components[name], value)).toBe(false);
    expect(faultsOf(name, value)).not.toEqual([]);
  });
});
