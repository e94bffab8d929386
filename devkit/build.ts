/**
 * Bundles the JavaScript that `tsc` wrote to build/ into dist/; ncc's own TypeScript loader doesn't work with
 * TypeScript 7. The same sources give the same bytes in any directory.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import bundle from '@vercel/ncc';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

/** Modules that the action never uses, replaced by one that it loads anyway. */
const UNUSED = {
  // Of @actions/http-client, for `getAgentDispatcher`: 930 KB.
  undici: 'node:http',
  // Parts of @actions/core, and @actions/exec behind `platform`: 64 KB, and they load fs/promises and child_process.
  '/^\\.\\/(oidc-utils|path-utils|platform|summary)\\.js$/': 'node:http',
  // Of @actions/http-client, for connections: src/box opens them itself.
  https: 'node:net',
  tunnel: 'node:net',
};

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
const packages = new Set<string>();
// main last, so that licenses.txt is its: main has all the packages that post has.
for (const name of ['post', 'main']) {
  const { code, assets, stats } = await bundle(join(ROOT, 'build', 'src', `${name}.js`), {
    cache: false,
    quiet: true,
    license: 'licenses.txt',
    // CommonJS: an ES module that imports node:http evaluates all its getters, 50 ms at every start.
    esm: false,
    externals: UNUSED,
  });
  // Node reads comments at every start. All are the dependencies' own; licenses.txt has their licenses.
  const text = code.replace(/^\s*(\/\/(?!!)|\/?\*+( |\/?$))(?!.*\*\/.*\S).*\n/gm, '');
  writeFileSync(join(DIST, `${name}.cjs`), text);
  writeFileSync(join(DIST, 'licenses.txt'), assets['licenses.txt'].source);
  const modules = JSON.stringify(stats.toJson()).matchAll(/"name":"\.\/(node_modules\/(?:@[^/]+\/)?[^/]+)\//g);
  for (const [, directory = ''] of modules) {
    const manifest = JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8'));
    packages.add(`${manifest.name} ${manifest.version}\n`);
  }
  console.log(`dist/${name}.cjs: ${Math.ceil(text.length / 1024)} KB`);
}
writeFileSync(join(DIST, 'packages.txt'), [...packages].sort().join(''));
