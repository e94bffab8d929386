/**
 * `npm run bench`: times the action's own dist/ as whole processes, in turn with a bare script that makes the same call
 * with `https.request`, against a stand-in box. `-- --markdown` prints tables for a document.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoxOptions } from '../box/box.ts';
import { type Comparison, compare, median, PAIRS, RUNS, type Script, time } from './measure.ts';
import { sizesByPackage } from './sizes.ts';

const DIST = join(import.meta.dirname, '..', '..', 'dist');
const EMAIL = 'ci@example.com';
const PASSWORD = 'correct horse battery staple';
const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
/** No key of the box; a logout gets the same answer with any. */
const API_KEY = 'f0'.repeat(32);
const JOBS = 64;
/** Milliseconds that a real box takes for a request. */
const DELAY = 60;

type Variables = Readonly<Record<string, string>>;
/** What `devkit/bench/box-process.ts` tells of itself. */
type Address = Readonly<Record<'host' | 'url' | 'ca' | 'proxy', string>>;

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const children: ChildProcess[] = [];
try {
  await bench(process.argv.includes('--markdown') ? printMarkdown : printText);
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true });
}

async function bench(print: (title: string, rows: readonly Variables[]) => void): Promise<void> {
  const box = await startBox({
    accounts: [account(EMAIL), ...Array.from({ length: RUNS }, twoFactor)],
  });
  const hidden = await startBox({ accounts: [account(EMAIL)], name: 'box.test' });
  const trust = { NODE_EXTRA_CA_CERTS: file('ca.pem', box.ca) };
  const session = JSON.stringify({ url: box.url, accounts: [EMAIL], api_key: API_KEY });

  const bareLogin = bare('login.mjs', box, trust);
  print(`Medians of ${PAIRS} pairs, with the least and the most`, [
    row('main, one login', 1.1, await compare(main(box, trust), bareLogin)),
    row(
      'post, one logout',
      1.1,
      await compare(post({ ...trust, STATE_session: session }), bare('logout.mjs', box, trust)),
    ),
    row('post, nothing to end', 1.05, await compare(post({}), bare('https.mjs', box, {}))),
    row(
      'main, with `ca-certificate`',
      undefined,
      await compare(
        main(box, {}, () => ({ 'ca-certificate': box.ca })),
        bareLogin,
      ),
    ),
    row(
      'main, with two-factor',
      undefined,
      await compare(
        // A code works once, so that each run needs an account of its own.
        main(box, trust, (run) => ({ email: twoFactor(0, run).email, 'totp-secret': TOTP_SECRET })),
        bareLogin,
      ),
    ),
    row(
      'main, through a proxy',
      undefined,
      await compare(
        main(hidden, {
          NODE_EXTRA_CA_CERTS: file('hidden.pem', hidden.ca),
          https_proxy: hidden.proxy,
        }),
        bareLogin,
      ),
    ),
  ]);
  print(`${JOBS} jobs at once, on a box that takes ${DELAY} ms for each request`, [await crowd()]);
  print('KB of the bundles, by where they come from', ['main.cjs', 'post.cjs'].map(sizes));
  const { node } = process.versions;
  const [{ model } = { model: '' }] = cpus();
  console.log(
    `\nMeasured on ${new Date().toISOString().slice(0, 10)}, with Node ${node} on ${process.platform}, ${cpus().length} × ${model.trim()}.`,
  );
}

function account(email: string) {
  return { email, password: PASSWORD, privileges: ['admin'], totpSecret: undefined };
}

function twoFactor(_: unknown, run: number) {
  return { ...account(`totp${run}@example.com`), totpSecret: TOTP_SECRET };
}

async function startBox(options: BoxOptions): Promise<Address> {
  const child = fork(join(import.meta.dirname, 'box-process.ts'), [JSON.stringify(options)]);
  children.push(child);
  const [address] = await once(child, 'message');
  return address;
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function commandFiles(run: number): Variables {
  return { GITHUB_STATE: file(`state${run}`, ''), GITHUB_OUTPUT: file(`output${run}`, '') };
}

/** The action's main step, with inputs that may differ from run to run. */
function main(
  { host }: Address,
  env: Variables,
  inputs: (run: number) => Variables = () => ({}),
): Script {
  const defaults = { email: EMAIL, password: PASSWORD, host, timeout: '120', logout: 'true' };
  return {
    path: join(DIST, 'main.cjs'),
    env: (run) => {
      const given = { ...defaults, 'verify-logout': 'false', ...inputs(run) };
      return {
        ...env,
        ...commandFiles(run),
        ...Object.fromEntries(
          Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
        ),
      };
    },
  };
}

function post(env: Variables): Script {
  return { path: join(DIST, 'post.cjs'), env: () => env };
}

function bare(name: string, { url }: Address, env: Variables): Script {
  return {
    path: join(import.meta.dirname, name),
    env: (run) => ({ ...env, ...commandFiles(run), BOX_URL: url, EMAIL, PASSWORD, API_KEY }),
  };
}

function row(
  what: string,
  bound: number | undefined,
  { walls, cpus, memories }: Comparison,
): Variables {
  const both = (pairs: ReadonlyArray<readonly [number, number]>) =>
    `${median(pairs.map(([ours]) => ours)).toFixed(0)} / ${median(pairs.map(([, theirs]) => theirs)).toFixed(0)}`;
  return {
    '': what,
    'action, ms': spread(walls.map(([ours]) => ours)),
    'bare script, ms': spread(walls.map(([, theirs]) => theirs)),
    ratio: ratio(walls),
    bound: bound === undefined ? '' : `${bound.toFixed(2)}×`,
    'CPU, ms': both(cpus),
    'peak memory, MiB': `${both(memories)} (${ratio(memories)})`,
  };
}

function ratio(pairs: ReadonlyArray<readonly [number, number]>): string {
  return `${median(pairs.map(([ours, theirs]) => ours / theirs)).toFixed(2)}×`;
}

function spread(figures: readonly number[]): string {
  const [least, most] = [Math.min(...figures), Math.max(...figures)];
  return `${median(figures).toFixed(1)} (${least.toFixed(0)}-${most.toFixed(0)})`;
}

/** Against the time that the box needs in any case, and one start. */
async function crowd(): Promise<Variables> {
  const box = await startBox({ accounts: [account(EMAIL)], delay: DELAY });
  const script = main(box, { NODE_EXTRA_CA_CERTS: file('crowd.pem', box.ca) });
  const alone = await time(script, 0);
  const started = performance.now();
  await Promise.all(Array.from({ length: JOBS }, (_, run) => time(script, run)));
  const last = performance.now() - started;
  const least = JOBS * DELAY + (alone - DELAY);
  return {
    'signed in': `${JOBS} of ${JOBS}`,
    'last after, ms': last.toFixed(0),
    [`${JOBS} × ${DELAY} ms and one start, ms`]: least.toFixed(0),
    ratio: `${(last / least).toFixed(2)}×`,
    bound: '1.30×',
  };
}

function sizes(name: string): Variables {
  const bundle = readFileSync(join(DIST, name), 'utf8');
  const parts = Array.from(sizesByPackage(bundle)).toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return Object.fromEntries([
    ['', `dist/${name}`],
    ...parts.map(([owner, bytes]) => [owner, kilobytes(bytes)]),
    ['together', kilobytes(Buffer.byteLength(bundle))],
  ]);
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}

function printText(title: string, rows: readonly Variables[]): void {
  console.log(`\n${title}`);
  console.table(Object.fromEntries(rows.map(({ '': name = '', ...cells }) => [name, cells])));
}

function printMarkdown(title: string, rows: readonly Variables[]): void {
  const columns = Array.from(new Set(rows.flatMap((each) => Object.keys(each))));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  console.log(`\n${title}:\n`);
  console.log(line(columns));
  console.log(line(columns.map(() => '---')));
  for (const each of rows) console.log(line(columns.map((column) => each[column] ?? '')));
}
