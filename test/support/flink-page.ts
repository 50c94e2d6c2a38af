import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '../../docs/flink.md');

/** The TypeScript of docs/flink.md by the name of what it exports; `test` is the piece that exports nothing. */
export const flinkPage: ReadonlyMap<string, string> = new Map(
  Array.from(readFileSync(PAGE, 'utf8').matchAll(/```ts\n(.*?)```/gs), ([, code = '']) => [
    /export const (\w+)/.exec(code)?.[1] ?? 'test',
    code,
  ]),
);
