/**
 * Makes dist/ from what `tsc` left in build/; the TypeScript loader of `ncc` does not work with TypeScript 7.
 * The same sources give the same bytes in any folder.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import bundle, { type Module } from '@vercel/ncc';

const ROOT = join(import.meta.dirname, '..');
const BUILD = join(ROOT, 'build');
const DIST = join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
const packages = new Set<string>();
// main last: its licenses are those of both, since it holds all that post does.
for (const name of ['post', 'main']) {
  const { code, assets, stats } = await bundle(join(BUILD, 'src', `${name}.js`), {
    cache: false,
    quiet: true,
    license: 'licenses.txt',
    // CommonJS: in an ES module the imports of node:http evaluate all its getters, which costs 50 ms at every start.
    esm: false,
    // Most of a default bundle is what nothing here calls. Its imports get a module in their place that is loaded anyway:
    externals: {
      // for `getAgentDispatcher` of @actions/http-client: 930 KB
      undici: 'node:http',
      // parts of @actions/core, with @actions/exec behind `platform`: 64 KB, and Node's fs/promises and child_process
      '/^\\.\\/(oidc-utils|path-utils|platform|summary)\\.js$/': 'node:http',
      // required by tunnel, and never used there: a millisecond
      assert: 'node:http',
    },
  });
  writeFileSync(join(DIST, `${name}.cjs`), code);
  for (const each of packagesIn(stats.toJson())) packages.add(each);
  for (const [asset, { source }] of Object.entries(assets))
    writeFileSync(join(DIST, asset), source);
  console.log(`dist/${name}.cjs: ${Math.ceil(code.length / 1024)} KB`);
}
writeFileSync(join(DIST, 'packages.txt'), `${[...packages].sort().join('\n')}\n`);

/** The packages of which something is bundled, with their versions. */
function packagesIn({ name = '', modules = [] }: Module): string[] {
  const [, folder] = /(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(name) ?? [];
  const nested = modules.flatMap(packagesIn);
  if (folder === undefined) return nested;
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
  return [`${manifest.name} ${manifest.version}`, ...nested];
}
