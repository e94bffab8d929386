import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startBox } from '../../devkit/box/box.ts';
import * as support from '../support.ts';
import { ACCOUNTS, ADMIN, expectJob, failed, GOOD, LOGIN, LOGOUT, run, TOTP } from '../support.ts';

const { basic, outcome, preload } = support;
const NOT_WRITABLE = 'Runner files not writable';
const SIGN_OUT_FAILED = 'warning: Sign-out failed';
const FAILURE = { status: 404, headers: {}, body: '' };

test.concurrent('every secret of the inputs is masked before the first request', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { email, password, totpSecret = '' } = TOTP;
  const spaced = totpSecret.toLowerCase().replace(/.{8}\B/g, '$& ');
  const { main } = await run(box, {
    inputs: { email, password, 'totp-secret': spaced },
    onStart: (kill) => box.inject(() => kill('SIGKILL'), { times: 1 }),
  });
  const secrets = [password, spaced, totpSecret, basic(email, password)];
  expect(new Set(main.masks)).toEqual(new Set(secrets));
  expect(box.requestLog).toEqual([LOGIN]);
});

test.concurrent.each([
  ['GITHUB_STATE', ''],
  ['GITHUB_OUTPUT', 'missing'],
  ['RUNNER_TEMP', 'missing'],
])("with %s '%s' no request is sent", async (variable, path) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const given = { [variable]: path };
  const steps = await run(box, { files: given, env: given });
  expectJob(box, steps, failed(NOT_WRITABLE, []));
  expect(steps.main.annotations[0]?.message).toContain(variable);
  expect(steps.post.raw).toBe('');
});

test.concurrent.each<[file: string, logoutFails: boolean, warnings: string[], validKeys: number]>([
  ['GITHUB_STATE', false, [], 0],
  ['GITHUB_STATE', true, [SIGN_OUT_FAILED], 1],
  ['GITHUB_OUTPUT', false, [], 0],
])('%s becomes a directory during the login, logout fails: %s', async (...row) => {
  const [file, fails, warnings, validKeys] = row;
  await using box = await startBox({ accounts: ACCOUNTS });
  using directory = fs.mkdtempDisposableSync(join(tmpdir(), 'order-'));
  const path = join(directory.path, file);
  fs.writeFileSync(path, '');
  const breakFile = () => fs.promises.rm(path).then(() => fs.promises.mkdir(path));
  box.inject(({ respond }) => breakFile().then(() => respond()), { at: 'login' });
  box.inject(({ respond }) => respond(fails ? FAILURE : undefined), { at: 'logout' });
  // Main signs out at once only if the post-step can't.
  const requests = file === 'GITHUB_STATE' ? [LOGIN, LOGOUT] : [LOGIN];
  const between = () => expect(box.requestLog).toEqual(requests);
  // Without outputs nobody has the key, so that it isn't kept.
  const inputs = { logout: 'false' };
  const { main, post } = await run(box, { inputs, files: { [file]: path }, between });
  const [key = ''] = box.keys.issued();
  expect(support.missingMasks(main.masks, ADMIN.email, key)).toEqual([]);
  const { main: error, ...rest } = failed(NOT_WRITABLE, [LOGIN, LOGOUT]);
  expect(support.shown(main).join()).not.toContain('Signed in');
  const titles = [...warnings, ...error.titles];
  const expected = { ...rest, main: { ...error, titles }, validKeys };
  expectJob(box, { main, post }, expected);
});

test.concurrent('what the files contain is kept, and no empty line is added', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  using directory = fs.mkdtempDisposableSync(join(tmpdir(), 'order-'));
  const names = ['GITHUB_STATE', 'GITHUB_OUTPUT'];
  const paths = names.map((name) => join(directory.path, name));
  for (const path of paths) fs.writeFileSync(path, 'before=1\n');
  await run(box, { files: Object.fromEntries(names.map((name, index) => [name, paths[index]])) });
  for (const path of paths) {
    expect(fs.readFileSync(path, 'utf8')).toMatch(/^before=1\n([^\r\n]+\r?\n)+$/);
  }
  // If saving ends halfway, there is no key without the box that it belongs to.
  const [state = ''] = paths.map((path) => fs.readFileSync(path, 'utf8'));
  expect(state.match(/^\w+(?=<<)/gm)?.at(-1)).toBe('api_key');
});

const FAILED = { exitCode: 1, titles: ['error: Unexpected error'] };
const WARNED = { exitCode: 0, titles: ['warning: Unexpected error'] };
const UNEXPECTED = { ...GOOD, main: { ...FAILED, hasKey: true }, post: WARNED };
const CLOSED = { ...UNEXPECTED, post: GOOD.post };
const EARLY = { ...GOOD, main: { exitCode: 1, titles: [], hasKey: false }, requests: [] };
/** Code that runs as main connects. */
const onConnect = (code: string) => `import { Socket } from 'node:net';
  const { prototype } = Socket, { connect } = prototype;
  prototype.connect = function (...all) { ${code}; return connect.apply(this, all); };`;
test.concurrent.each<[string, code: string, Parameters<typeof expectJob>[2], inputs?: Record<string, string>]>([
  // As if there was nothing left to wait for: Node goes by process.exitCode.
  ['fails if it ends early', onConnect('process.exit()'), EARLY],
  ['fails with an uncaught error', onConnect('setImmediate(() => { throw 1; })'), UNEXPECTED],
  ['fails with a closed log', onConnect("setImmediate(() => { throw { code: 'EPIPE' }; })"), CLOSED],
  ['fails with an unhandled rejection', onConnect('Promise.reject(1)'), UNEXPECTED],
  ['fails, so that no key is kept', onConnect('Promise.reject(1)'), UNEXPECTED, { logout: 'false' }],
  ['ends, whatever Node waits for', 'setInterval(() => {}, 1000)', GOOD],
])('main %s', async (_, code, expected, inputs = {}) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  expectJob(box, await run(box, { inputs, env: preload(code) }), expected);
});

test.concurrent('main fails, and no key is kept, if its log closes before the box responds', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const onStart = (_kill: unknown, step: string, closeLog: () => void) => {
    if (step === 'main') box.inject(({ respond }) => [closeLog(), respond()], { at: 'login' });
  };
  const { main, post } = await run(box, { inputs: { logout: 'false' }, onStart });
  expect(main.exitCode).toBe(1);
  expectJob(box, { main, post }, { ...GOOD, main: expect.anything() });
});

/** As if an older Node ran the step. */
const onNode = (version: string, code: string) =>
  preload(`const node = { versions: { ...process.versions, node: '${version}' }, version: 'v${version}' };
    for (const [name, value] of Object.entries(node)) Object.defineProperty(process, name, { value });
    ${code}`);
/** What fails to load on Node 18 is no longer reached. */
const LOADS_ONLY_FS = `import module from 'node:module';
  const { _load } = module;
  module._load = (name, ...rest) => {
    if (!/^node:fs$|[.]cjs$/.test(name)) throw new Error(name);
    return _load(name, ...rest);
  };`;
/** What Node 20.18 doesn't have. */
const WITHOUT_NEW_APIS = `import fs from 'node:fs'; import tls from 'node:tls';
  const remove = (from, names) => names.forEach((name) => delete from[name]);
  remove(Iterator.prototype, 'drop every filter find flatMap forEach map reduce some take toArray'.split(' '));
  remove(Set.prototype, Reflect.ownKeys(Set.prototype).filter((name) => /^(diff|inter|is|sym|uni)/.test(String(name))));
  remove(Promise, ['try', 'withResolvers']); remove(Array, ['fromAsync']); remove(Object, ['groupBy']);
  remove(Map, ['groupBy']); remove(RegExp, ['escape']); remove(Error, ['isError']);
  remove(fs, ['globSync', 'mkdtempDisposableSync']); remove(tls, ['getCACertificates']);
  remove(globalThis, ['Iterator', 'URLPattern', 'navigator', 'WebSocket', 'Float16Array']);`;

test.concurrent.each(['20.18.0', '22.9.0', '23.0.0'])('Node %s signs in and out', async (version) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const inputs = { ...support.as(TOTP), 'totp-secret': `${TOTP.totpSecret}`, 'verify-logout': 'true' };
  const steps = await run(box, { inputs, env: onNode(version, WITHOUT_NEW_APIS) });
  expectJob(box, steps, { ...GOOD, requests: [LOGIN, LOGOUT, support.VERIFY] });
});

const KEY = { STATE_api_key: 'f0'.repeat(32), STATE_keep_key: 'none', STATE_verify_logout: 'false' };
test.concurrent.each<[string, string, object, string[], number]>([
  ['18.20.8', 'no state', {}, [], 0],
  ['20.17.9', 'no key', { ...KEY, STATE_api_key: 'none', STATE_verify_logout: 'true' }, [], 0],
  ['21.99.0', 'a key to keep', { ...KEY, STATE_keep_key: 'true' }, [], 0],
  ['22.8.9', 'a key', KEY, ['warning: Unsupported Node'], 0],
  ['19.9.0', 'verify-logout', { ...KEY, STATE_verify_logout: 'true' }, ['error: Unsupported Node'], 1],
])('Node %s is reported in one line, by post too with a key to revoke: %s', async (...row) => {
  const [version, , state, titles, exitCode] = row;
  await using box = await startBox();
  const env = onNode(version, LOADS_ONLY_FS);
  const { main, post } = await run(box, { env, between: () => state });
  expect(outcome(main)).toEqual({ exitCode: 1, titles: ['error: Unsupported Node'] });
  expect(main.raw.split('\n')).toEqual([expect.stringMatching(`v${version}.* 22.9 or later .*20.18`), '']);
  expect(main.raw).not.toContain('revoked');
  expect(post.raw.match(/not revoked/g) ?? []).toHaveLength(titles.length);
  expect(outcome(post)).toEqual({ exitCode, titles });
  expect(post.raw.split('\n')).toHaveLength(titles.length + 1);
  expect(box.requestLog).toEqual([]);
});
