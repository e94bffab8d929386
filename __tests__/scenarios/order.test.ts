import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { startBox } from '../../devkit/box/box.ts';
import type { Fault } from '../../devkit/box/faults.ts';
import { ACCOUNTS, ADMIN, LOGIN, onPosix, run, TOTP, titles } from '../support.ts';

const NOT_USABLE = 'error: Runner file not usable';
const FAILURE = { status: 500, headers: {}, body: '' };
const UNEXPECTED = 'error: Unexpected error';
const NOT_REVOKED = 'warning: Key not ended';

type Variable = 'GITHUB_STATE' | 'GITHUB_OUTPUT';
type Row = [Variable, by: string, logoutFails: boolean, errors: string[], keysLeft: number];
/** A disk that is always full. */
const FULL = process.platform === 'linux' ? ['/dev/full'] : [];

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

const PATHS = ['', 'missing', '.', ...FULL];
test.concurrent.each([
  ...PATHS.map((path) => ['GITHUB_STATE', path] as const),
  ...PATHS.map((path) => ['GITHUB_OUTPUT', path] as const),
])("with %s '%s' no request is sent", async (variable, path) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { main, post } = await run(box, { files: { [variable]: path } });
  expect(titles(main)).toEqual([NOT_USABLE]);
  expect(main.annotations[0]?.message).toContain(variable);
  expect([main.exitCode, box.requestLog, post.exitCode, post.raw]).toEqual([1, [], 0, '']);
});

test.concurrent.each<Row>([
  ...FULL.map((disk): Row => ['GITHUB_STATE', disk, false, [NOT_USABLE], 0]),
  ...FULL.map((disk): Row => ['GITHUB_OUTPUT', disk, false, [NOT_USABLE], 0]),
  ['GITHUB_STATE', 'a directory', false, [NOT_USABLE], 0],
  ['GITHUB_STATE', 'a directory', true, [NOT_REVOKED, NOT_USABLE], 1],
  ['GITHUB_OUTPUT', 'a directory', false, [NOT_USABLE], 0],
  ['GITHUB_OUTPUT', 'a directory', true, [NOT_USABLE], 0],
])('%s becomes %s during the login, logout fails: %s', async (file, by, fails, errors, left) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  using directory = fs.mkdtempDisposableSync(join(tmpdir(), 'order-'));
  const path = join(directory.path, file);
  fs.writeFileSync(path, '');
  const breakFile: Fault = ({ respond }) => {
    fs.rmSync(path);
    if (FULL.includes(by)) fs.symlinkSync(by, path);
    else fs.mkdirSync(path);
    return respond();
  };
  box.inject(breakFile, { at: 'login' });
  const started: string[] = [];
  const onStart = (_: unknown, step: string) => started.push(step);
  const mainFails = () => fails && started.at(-1) === 'main';
  box.inject(({ respond }) => respond(mainFails() ? FAILURE : undefined), { at: 'logout' });
  const { main, post } = await run(box, { files: { [file]: path }, onStart });
  const [key = ''] = box.keys.issued();
  // The key was masked before anything could fail, and saved before it was handed on.
  expect(main.masks).toEqual(expect.arrayContaining([key, basic(ADMIN.email, key)]));
  expect([titles(main), main.exitCode, main.outputs]).toEqual([errors, 1, {}]);
  expect([post.exitCode, titles(post), box.keys.valid().length]).toEqual([0, [], left]);
});

test.concurrent('what the files hold is kept, and no empty line is added', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  using directory = fs.mkdtempDisposableSync(join(tmpdir(), 'order-'));
  const files = filesIn(directory.path, 'before=1\n');
  await run(box, { files });
  for (const path of Object.values(files)) {
    expect(fs.readFileSync(path, 'utf8')).toMatch(/^before=1\n([^\r\n]+\r?\n)+$/);
  }
});

onPosix('a log that closes loses no key that is on its way', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  using directory = fs.mkdtempDisposableSync(join(tmpdir(), 'order-'));
  const files = filesIn(directory.path);
  const inputs = { ...ADMIN, host: box.host, 'ca-certificate': box.ca, timeout: '9' };
  const all = Object.entries({ ...inputs, logout: 'true', 'verify-logout': 'false' });
  const given = all.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = { ...Object.fromEntries(given), ...files };
  const main = spawn(process.execPath, ['dist/main.cjs'], { env, timeout: 60_000 });
  box.inject(async ({ respond }) => {
    main.stdout.destroy();
    // Main logs this: EPIPE, which no code of the step can catch.
    main.kill('SIGINT');
    await pause(300);
    return respond();
  });
  expect(await once(main, 'exit')).toEqual([1, null]);
  const [key = 'none'] = box.keys.valid();
  expect(fs.readFileSync(files.GITHUB_STATE, 'utf8')).toContain(key);
});

test.concurrent.each([
  // As if there was nothing left to wait for: Node goes by process.exitCode.
  ['ends early', 'process.exit()', []],
  ['has an uncaught error', "setImmediate(() => { throw new Error('x'); })", [UNEXPECTED]],
])('main that %s has failed', async (_, code, errors) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const preload = `import net from 'node:net'; const { prototype } = net.Socket, { connect } = prototype;
    prototype.connect = function (...all) { ${code}; return connect.apply(this, all); };`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(preload)}`;
  const { main } = await run(box, { env: { NODE_OPTIONS } });
  expect([main.exitCode, titles(main), box.keys.valid()]).toEqual([1, errors, []]);
});

function filesIn(directory: string, content = ''): Record<Variable, string> {
  const [GITHUB_STATE, GITHUB_OUTPUT] = [join(directory, 'state'), join(directory, 'output')];
  for (const path of [GITHUB_STATE, GITHUB_OUTPUT]) fs.writeFileSync(path, content);
  return { GITHUB_STATE, GITHUB_OUTPUT };
}

function basic(email: string, secret: string): string {
  return Buffer.from(`${email}:${secret}`).toString('base64');
}
