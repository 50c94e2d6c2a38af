import type { Operation } from '../operation.ts';
import { bucketQuery, deadLetterQuery } from './schema.ts';

const NOW = '2026-11-22T00:00:30.000Z';
const COUNTS = { accepted: 3, pending: 1, sent: 2, retrying: 0, dead: 0, cancelled: 0, expired: 0, unknown: 0 };
const ID = 'msg_EAABxvIRAAAAAAAA-KlmnopqrstAA';

const STATUS = {
  now: NOW,
  settledThrough: '2026-11-22T00:00:00.000Z',
  oldestDueAgeMs: 0,
  counts: COUNTS,
  latenessMs: { count: 2, p50: 3, p90: 5, p99: 5, max: 5 },
  targets: { push: { sent: 2, failed: 0, dead: 0 } },
  version: '0.1.0',
  tzVersion: '2026c',
};

const SEGMENT = {
  bucket: '2026-11-22T00:00:00.000Z',
  shard: 7,
  entries: { scheduled: 1, late: 0 },
  state: 'leased',
  checkpoint: { records: 1, epoch: 1, leaseUntil: '2026-11-22T00:01:30.000Z' },
  ledger: COUNTS,
};

const DEAD_LETTER = {
  id: ID,
  key: 'driver-42',
  target: 'push',
  reason: 'HTTP_404',
  attempts: 10,
  lastStatus: 404,
  dueAt: '2026-11-22T00:00:00.000Z',
  deadAt: '2026-11-25T03:00:00.000Z',
};

export const operatorOperations = {
  getStatus: {
    method: 'GET',
    path: '/v1/status',
    tag: 'Operations',
    summary: 'How far everything is',
    answers: { 200: { description: 'The status', schema: 'Status', example: STATUS } },
    problems: [],
  },
  listBuckets: {
    method: 'GET',
    path: '/v1/buckets',
    tag: 'Operations',
    summary: 'The segments that hold anything, by minute and shard',
    query: bucketQuery,
    answers: { 200: { description: 'A page', schema: 'BucketPage', example: { items: [SEGMENT], next: null } } },
    problems: [],
  },
  listDeadLetters: {
    method: 'GET',
    path: '/v1/dead-letters',
    tag: 'Operations',
    summary: 'Messages that were given up, and inputs that process functions gave up',
    query: deadLetterQuery,
    answers: {
      200: { description: 'A page', schema: 'DeadLetterPage', example: { items: [DEAD_LETTER], next: null } },
    },
    problems: [],
  },
  redriveDeadLetters: {
    method: 'POST',
    path: '/v1/dead-letters/redrive',
    tag: 'Operations',
    summary: 'Send dead letters again, under the same ids',
    description:
      'An input that a process function gave up is fed to it again: an element under its id, a timer fires at once, a call is made anew. Its letter goes when that is committed; where it fails again, the letter stays, with more attempts.',
    body: { 'application/json': { schemas: ['Redrive'], example: { target: 'push', ratePerSecond: 100 } } },
    answers: { 202: { description: 'Under way', schema: 'Redriven', example: { redriven: 12 } } },
    problems: [409, 413, 415, 422],
  },
  getHealth: {
    method: 'GET',
    path: '/healthz',
    tag: 'Operations',
    summary: 'Whether this function answers',
    answers: { 200: { description: 'It does', schema: 'Health', example: { status: 'ok', version: '0.1.0' } } },
    problems: [],
  },
  getOpenApi: {
    method: 'GET',
    path: '/openapi.json',
    tag: 'Operations',
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1', schema: 'OpenApi' } },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
