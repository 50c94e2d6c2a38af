import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { benches } from '../../bench/benches.ts';

const folder = fileURLToPath(new URL('../../bench/', import.meta.url));

test.each(benches.map(({ name }) => name))(
  'the bench %s hands on what --profile asks of the process that it measures',
  (name) => {
    expect(readFileSync(`${folder}${name}.ts`, 'utf8')).toMatch(/\bnodeFlags\b/);
  },
);
