import { Problem } from '../core/problem.ts';

/** The refusal of a cursor that no list of ours gave. */
export const invalidCursor = (): Problem =>
  new Problem(400, 'INVALID_CURSOR', 'cursor is not one that this list gave; start again without it.', {
    issues: [{ pointer: '/query/cursor', code: 'INVALID_CURSOR', detail: 'Use the `next` of an earlier answer.' }],
  });
