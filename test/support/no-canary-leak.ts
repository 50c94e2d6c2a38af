import { afterAll, afterEach, expect } from 'vitest';
import { takeLeaks } from './canary.ts';

/** P23: no payload, header or secret of a test appears where it should not. */
const expectNone = (): void => expect(takeLeaks()).toEqual([]);

afterEach(expectNone);

// What a file leaks while it closes what it opened is not to be found in the next one.
afterAll(expectNone);
