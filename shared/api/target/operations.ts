import type { Operation } from '../operation.ts';
import { pageQuery } from '../operator/schema.ts';

const BODY = {
  kind: 'http',
  url: 'https://push.example.com/hook',
  timeout: 'PT10S',
  ratePerSecond: 5000,
  retry: { maxAttempts: 10 },
  delivery: 'at-least-once',
  headers: { 'x-team': 'growth' },
};

const TARGET = {
  name: 'push',
  ...BODY,
  retry: { maxAttempts: 3, schedule: ['PT5S', 'PT5M'] },
  createdAt: '2026-11-21T09:00:00.000Z',
};
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';

export const targetOperations = {
  putTarget: {
    method: 'PUT',
    path: '/v1/targets/{name}',
    tag: 'Targets',
    summary: 'Create or replace a target',
    description: 'The signing secret of an http target is shown in the answer that creates it, and never again.',
    body: { 'application/json': { schemas: ['TargetBody'], example: BODY } },
    answers: {
      200: { description: 'Replaced', schema: 'NewTarget', example: TARGET },
      201: { description: 'Created', schema: 'NewTarget', example: { ...TARGET, signingSecret: SECRET } },
    },
    problems: [413, 415, 422],
  },
  listTargets: {
    method: 'GET',
    path: '/v1/targets',
    tag: 'Targets',
    summary: 'List targets by name',
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: 'TargetPage', example: { items: [TARGET], next: null } } },
    problems: [],
  },
  getTarget: {
    method: 'GET',
    path: '/v1/targets/{name}',
    tag: 'Targets',
    summary: 'Show a target',
    answers: { 200: { description: 'The target', schema: 'Target', example: TARGET } },
    problems: [],
  },
  deleteTarget: {
    method: 'DELETE',
    path: '/v1/targets/{name}',
    tag: 'Targets',
    summary: 'Delete a target',
    description: 'Its pending messages end as dead letters when they are due.',
    answers: { 204: { description: 'Deleted' } },
    problems: [],
  },
  rotateSecret: {
    method: 'POST',
    path: '/v1/targets/{name}/rotate-secret',
    tag: 'Targets',
    summary: 'Sign with a new secret',
    description: 'For 24 hours requests are signed with the new and the old secret, so receivers can change over.',
    answers: {
      200: {
        description: 'The new secret, shown once',
        schema: 'Rotation',
        example: { name: 'push', signingSecret: SECRET, previousValidUntil: '2026-11-22T09:00:00.000Z' },
      },
    },
    problems: [409],
  },
} as const satisfies Record<string, Operation>;
