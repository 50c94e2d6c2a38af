import { expect, test } from 'vitest';
import { Interruption } from '../../shared/core/interruption.ts';

test('an interruption tells each that listens, once', () => {
  const interruption = new Interruption();
  const told: string[] = [];
  const left = (): unknown => told.push('left');
  interruption.addEventListener('abort', () => told.push('first'));
  interruption.addEventListener('abort', left);
  interruption.addEventListener('abort', () => told.push('last'));
  interruption.removeEventListener('abort', left);
  expect(interruption.aborted).toBe(false);
  interruption.abort();
  interruption.abort();
  expect(told).toEqual(['first', 'last']);
  expect(interruption.aborted).toBe(true);
});
