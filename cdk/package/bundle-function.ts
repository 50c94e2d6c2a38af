import { posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { BUNDLING } from '../constructs/bundling.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What process functions are written with. */
const WRITTEN_WITH = 'shared/core/process/';

/** Bundles the function of `functions/<name>` as `cdk deploy` does, into `outfile` and a source map beside it. */
export async function bundleFunction(name: string, outfile: string): Promise<void> {
  await bundle(`functions/${name}/handler.ts`, {
    outfile,
    format: BUNDLING.format,
    define: BUNDLING.define,
    minify: BUNDLING.minify,
    sourcemap: true,
    sourcesContent: false,
  });
}

/**
 * Bundles the functions that run process functions, without these, into `functions/process` of `dist`: a user's bundler
 * joins the two. What definitions import too is left where it is, so that it is there once.
 */
export async function bundleComposition(dist: string): Promise<void> {
  // The bundler of the user has short names for all of it.
  const outfile = resolve(dist, 'functions/process/compose.mjs');
  await bundle('functions/process/compose-process-functions.ts', {
    outfile,
    format: 'esm',
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [leftIn(dist, resolve(outfile, '..'))],
  });
}

async function bundle(entry: string, options: BuildOptions): Promise<void> {
  await build({
    entryPoints: [resolve(root, entry)],
    bundle: true,
    platform: 'node',
    target: BUNDLING.target,
    mainFields: [...BUNDLING.mainFields],
    external: [...BUNDLING.externalModules],
    ...options,
  });
}

const leftIn = (dist: string, from: string): Plugin => ({
  name: 'left where it is',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const source = relative(root, resolve(resolveDir, path)).split(sep).join(posix.sep);
      if (!source.startsWith(WRITTEN_WITH)) return undefined;
      const compiled = relative(from, resolve(dist, source.replace(/\.ts$/, '.js')));
      return { path: compiled.split(sep).join(posix.sep), external: true };
    });
  },
});
