import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readCommandFile } from '../../devkit/run-action.ts';
import * as files from '../../src/action/runner-files.ts';

const { readState, readStateFile, requireWritableOutput, saveEmptyState, saveState, setOutputs, writeCaFile } = files;

test('two sign-ins in one job keep their certificates', () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'files-'));
  process.env['RUNNER_TEMP'] = directory.path;
  const texts = ['one', 'two'];
  const paths = texts.map((text) => writeCaFile(text));
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(['one\n', 'two\n']);
});

/** A disk that is always full. */
const FULL = process.platform === 'linux' ? ['/dev/full'] : [];
test.each([
  ...['', 'missing', '.', ...FULL].map((path) => ['GITHUB_STATE', path]),
  ...['', 'missing', '.', ...FULL].map((path) => ['GITHUB_OUTPUT', path]),
  ...['', 'missing'].map((path) => ['RUNNER_TEMP', path]),
])("%s='%s' is rejected", (variable = '', path) => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'files-'));
  const file = join(directory.path, 'file');
  writeFileSync(file, '');
  Object.assign(process.env, { GITHUB_STATE: file, GITHUB_OUTPUT: file, [variable]: path });
  const checks = { GITHUB_STATE: saveEmptyState, GITHUB_OUTPUT: requireWritableOutput, RUNNER_TEMP: writeCaFile };
  const check = () => checks[variable as keyof typeof checks]('PEM');
  const datum = path === '/dev/full' ? 'no space' : variable;
  const remedies: Record<string, string> = { missing: 'earlier step', '': 'A runner sets it' };
  const remedy = expect.stringMatching(remedies[`${path}`] ?? '.');
  expect(check).toThrow(expect.objectContaining({ message: expect.stringContaining(datum), remedy }));
});

/** One word of the reason, and one of the fix. */
test.each([
  ['EACCES', 'denied', 'root'],
  ['EPERM', 'permi', 'root'],
  ['EBUSY', '', 'virus'],
  ['EISDIR', 'directory', 'earlier step'],
  ['ENOENT', 'exist|no such', 'earlier step'],
  ['ENOSPC', 'full|space', 'disk space'],
  ['EROFS', 'read-only', 'writable'],
])('%s is explained', (code, why, fix) => {
  process.env['GITHUB_OUTPUT'] = 'output';
  const fail = () => {
    throw Object.assign(new Error('failed'), { code });
  };
  const outputs = Object.defineProperty({}, 'url', { get: fail, enumerable: true });
  const message = expect.stringMatching(new RegExp(`GITHUB_OUTPUT.*(${why})`));
  const remedy = expect.stringContaining(fix);
  expect(() => setOutputs(outputs)).toThrow(expect.objectContaining({ message, remedy }));
});

test('state is complete from the start; the last value counts, and `none` is empty', () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'files-'));
  const file = join(directory.path, 'state');
  writeFileSync(file, '');
  process.env['GITHUB_STATE'] = file;
  saveEmptyState();
  const empty = {
    file,
    url: '',
    email: '',
    ca: '',
    verify_logout: '',
    keep_key: '',
    revoked: '',
    lost: '',
    api_key: '',
  };
  const saved = Object.entries(empty).map(([name, value]) => [name, value || 'none']);
  expect(readCommandFile(file)).toEqual(Object.fromEntries(saved));
  expect(readStateFile(file)).toEqual(empty);
  const session = { url: 'https://box.example.com/admin', ca: 'two\nlines', verify_logout: '', api_key: 'none of it' };
  saveState(session);
  expect(readStateFile(file)).toEqual({ ...empty, ...session });
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
  expect(readStateFile(file)).toEqual({ ...empty, ...session, ca: 'two\r\nlines' });
  expect(readStateFile(join(directory.path, 'missing')).api_key).toBe('');
  Object.assign(process.env, { STATE_api_key: 'f0', STATE_keep_key: 'none' });
  expect(readState()).toMatchObject({ api_key: 'f0', keep_key: '' });
});
