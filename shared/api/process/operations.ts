import type { Operation } from '../operation.ts';
import { pageQuery } from '../operator/schema.ts';

const ELEMENT = { key: 'user-7', id: 'evt-1', timestamp: '2026-11-22T00:00:30Z', value: { durationMs: 10 } };

const KEY = {
  key: 'user-7',
  version: 3,
  state: { minutes: { '29698560': [1, 10] } },
  timers: [{ id: 'event:1795219260000:row', domain: 'event', timestamp: '2026-11-22T00:01:00.000Z', name: 'row' }],
  watermark: '2026-11-22T00:00:29.999Z',
  pendingOutputs: [],
};

const COUNTERS = {
  elements: 1,
  duplicates: 0,
  failed: 0,
  late: 0,
  ignoredWatermarks: 0,
  timersFired: 0,
  outputs: 0,
  dead: 0,
  commits: 1,
  conflicts: 0,
};

const PROCESS = {
  name: 'rolling-sessions',
  watermark: '2026-11-22T00:00:29.999Z',
  firedThrough: '2026-11-22T00:00:29.999Z',
  lagMs: 30_001,
  inputs: ['main'],
  waitsFor: [],
  outputs: [{ name: null, to: 'push' }],
  partitions: [
    {
      input: 'main',
      partition: 'http',
      watermark: '2026-11-22T00:00:29.999Z',
      maxTimestamp: '2026-11-22T00:00:30.000Z',
      seenAt: '2026-11-22T00:00:31.000Z',
      idle: false,
      holdsBack: true,
    },
  ],
  counters: COUNTERS,
};

const TIMER_PATH = '/v1/processes/{name}/keys/{key}/timers/{timer}';

export const processOperations = {
  listProcesses: {
    method: 'GET',
    path: '/v1/processes',
    tag: 'Processes',
    summary: 'The process functions that run here',
    answers: {
      200: {
        description: 'All of them',
        schema: 'ProcessPage',
        example: { items: [{ name: 'heartbeat' }], next: null },
      },
    },
    problems: [],
  },
  getProcess: {
    method: 'GET',
    path: '/v1/processes/{name}',
    tag: 'Processes',
    summary: 'How far a process is, and what holds it back',
    answers: { 200: { description: 'The process', schema: 'Process', example: PROCESS } },
    problems: [],
  },
  postElements: {
    method: 'POST',
    path: '/v1/processes/{name}/elements',
    tag: 'Processes',
    summary: 'Feed elements to a process',
    description:
      'One object, an array, or one element a line (NDJSON; blank lines count for nothing). When this is answered with 202, the accepted ones are committed: state, timers and outputs. Elements of one key are applied in their order. A single bad element is refused as a whole; among many, the bad ones are listed and the good ones accepted.',
    body: {
      'application/json': { schemas: ['Element', 'Elements'], example: ELEMENT },
      'application/x-ndjson': { schemas: [], example: `${JSON.stringify(ELEMENT)}\n` },
    },
    answers: {
      202: {
        description: 'Committed, as far as `accepted` says',
        schema: 'ElementsAnswer',
        example: { accepted: 1, duplicates: 0, rejected: 0 },
      },
    },
    problems: [413, 415, 422],
  },
  postWatermark: {
    method: 'POST',
    path: '/v1/processes/{name}/watermark',
    tag: 'Processes',
    summary: 'Say how far a partition of a source has come',
    description:
      'For sources that bring their own watermarks. A lower one than before is ignored, and counted as such.',
    body: {
      'application/json': { schemas: ['Watermark'], example: { partition: 'p0', watermark: '2026-11-22T01:00:00Z' } },
    },
    answers: {
      202: {
        description: 'Taken',
        schema: 'WatermarkAnswer',
        example: { watermark: '2026-11-22T01:00:00.000Z', advanced: true },
      },
    },
    problems: [413, 415, 422],
  },
  listKeys: {
    method: 'GET',
    path: '/v1/processes/{name}/keys',
    tag: 'Processes',
    summary: 'The keys of a process, in no useful order',
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: 'KeyPage', example: { items: [KEY], next: null } } },
    problems: [],
  },
  getKey: {
    method: 'GET',
    path: '/v1/processes/{name}/keys/{key}',
    tag: 'Processes',
    summary: 'State, timers and pending outputs of a key',
    answers: { 200: { description: 'The key', schema: 'Key', example: KEY } },
    problems: [],
  },
  putTimer: {
    method: 'PUT',
    path: TIMER_PATH,
    tag: 'Processes',
    summary: 'Move a timer of a key, or set it again',
    description:
      'One that has fired or was deleted meanwhile is set again, so that the call can be repeated. A periodic timer keeps its period.',
    body: { 'application/json': { schemas: ['Timer'], example: { timestamp: '2026-11-22T09:00:00Z' } } },
    answers: { 200: { description: 'The key as it is now', schema: 'Key', example: KEY } },
    problems: [413, 415, 422],
  },
  deleteTimer: {
    method: 'DELETE',
    path: TIMER_PATH,
    tag: 'Processes',
    summary: 'Delete a timer of a key',
    answers: { 200: { description: 'The key as it is now', schema: 'Key', example: { ...KEY, timers: [] } } },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
