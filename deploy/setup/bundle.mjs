// Puts each program into few files: a process then starts without looking for hundreds of modules. Done in place, behind
// the compiler: dist/coordinator/main.js and its like become whole programs, what they share goes to dist/chunks.
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { root } from './support.mjs';

const PROGRAMS = [
  'client/cli/main',
  'coordinator/main',
  'coordinator/state/tool',
  'coordinator/tables/sql-process/main',
  'coordinator/tables/sql-process/session-thread',
  'executor/main',
];

/**
 * Packages with native parts, that look for files beside themselves in ways that no bundler follows, or of the older kind
 * and imported while we run: a bundle gives such an import no names (prom-client).
 */
const EXTERNAL = [
  '@aws-sdk/credential-provider-node',
  '@duckdb/node-bindings*',
  'chevrotain',
  'kafkajs',
  'lmdb',
  'msgpackr',
  'prom-client',
  'selfsigned',
];

/** What modules of the older kind expect in every file. */
const BANNER = `
import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __productRoot = __fileURLToPath(import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/')));
`.trim();

/** Bundles the compiled programs of a dist folder. */
export async function bundlePrograms(dist) {
  await build({
    entryPoints: PROGRAMS.map((name) => join(dist, `${name}.js`)),
    outdir: dist,
    outbase: dist,
    allowOverwrite: true,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: EXTERNAL,
    sourcemap: 'linked',
    logLevel: 'warning',
    banner: { js: BANNER },
    plugins: [OWN_FOLDERS],
  });
}

/** Packages that read files beside their own sources go on to find them, wherever the checkout is moved. */
const OWN_FOLDERS = {
  name: 'own-folders',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[\\/].*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!/\b__dirname\b/.test(text)) return undefined;
      const folder = `(__productRoot + ${JSON.stringify(`/${relative(root, dirname(path)).replaceAll('\\', '/')}`)})`;
      return { contents: text.replace(/\b__dirname\b/g, folder), loader: 'js' };
    });
  },
};
