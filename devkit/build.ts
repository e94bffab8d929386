/**
 * Makes dist/ from what `tsc` left in build/; the TypeScript loader of `ncc` does not work with TypeScript 7.
 * The same sources give the same bytes in any folder.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import bundle from '@vercel/ncc';

const ROOT = join(import.meta.dirname, '..');
const BUILD = join(ROOT, 'build');
const DIST = join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
// main last: its licenses are those of both, since it holds all that post does.
for (const name of ['post', 'main']) {
  const { code, assets } = await bundle(join(BUILD, 'src', `${name}.js`), {
    cache: false,
    quiet: true,
    license: 'licenses.txt',
    // CommonJS: in an ES module the imports of node:http evaluate all its getters, which costs 50 ms at every start.
    esm: false,
    // Most of a default bundle is what nothing here calls: undici, for `getAgentDispatcher` of @actions/http-client
    // (930 KB), and @actions/exec, for `platform.getDetails` of @actions/core (46 KB). Their imports get a
    // module of Node's in their place.
    externals: { undici: 'node:http', '@actions/exec': 'node:child_process' },
  });
  writeFileSync(join(DIST, `${name}.cjs`), code);
  for (const [asset, { source }] of Object.entries(assets))
    writeFileSync(join(DIST, asset), source);
  console.log(`dist/${name}.cjs: ${Math.ceil(code.length / 1024)} KB`);
}
