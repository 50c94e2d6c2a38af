import { afterEach, expect } from 'vitest';
import { takeLeaks } from './canary.ts';

/** P23: no payload, header or secret of a test appears where it should not. */
afterEach(() => {
  expect(takeLeaks()).toEqual([]);
});
