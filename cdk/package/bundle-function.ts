import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLING } from '../constructs/bundling.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Bundles the function of `functions/<name>` as `cdk deploy` does, into `outfile` and a source map beside it. */
export async function bundleFunction(name: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [pathOf(`functions/${name}/handler.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: BUNDLING.target,
    mainFields: [...BUNDLING.mainFields],
    external: [...BUNDLING.externalModules],
    minify: BUNDLING.minify,
    banner: { js: BUNDLING.banner },
    sourcemap: true,
    sourcesContent: false,
  });
}
