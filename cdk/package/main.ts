/**
 * Builds `dist/`, which is what the package holds: the construct, and what process functions are written and tested
 * with, as JavaScript with its types, since Node strips no types below `node_modules`; a bundle of every function, so
 * that whoever uses the construct needs no bundler; and all but the definitions of the functions that run those of a user.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleComposition, bundleFunction } from './bundle-function.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = join(root, 'dist');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

rmSync(dist, { recursive: true, force: true });
execFileSync(bin('tsc'), ['-p', 'cdk/package/tsconfig.json'], { cwd: root, stdio: 'inherit' });
for (const name of readdirSync(join(root, 'functions'))) {
  if (!existsSync(join(root, 'functions', name, 'handler.ts'))) continue;
  await bundleFunction(name, join(dist, 'functions', name, 'index.cjs'));
}
await bundleComposition(dist);
execFileSync(bin('node'), [join(root, 'shared/local/write-openapi.ts'), join(dist, 'functions/ingest')]);
