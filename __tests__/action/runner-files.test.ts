import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readState, requireWritableFiles, setOutputs, writeCaFile } from '../../src/action/runner-files.ts';

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
  const check = () => (variable === 'RUNNER_TEMP' ? writeCaFile('PEM') : requireWritableFiles());
  const datum = path === '/dev/full' ? 'no space' : variable;
  expect(check).toThrow(expect.objectContaining({ message: expect.stringContaining(datum) }));
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

const [url, email, apiKey] = ['https://box.example.com/admin', 'ci@example.com', 'f0'.repeat(32)];
const STATE = { url, email, ca: '', verify_logout: 'true', api_key: apiKey, keep_key: '' };
const SESSION = { url, email, apiKey, verifyLogout: true };
test.each<[string, Partial<typeof STATE>, object | undefined]>([
  ['all fields', { ca: 'PEM' }, { ...SESSION, ca: 'PEM' }],
  ['no certificates', {}, { ...SESSION, ca: undefined }],
  ['another word than true', { keep_key: 'none' }, { ...SESSION, ca: undefined }],
  ['no verification', { verify_logout: 'false' }, { ...SESSION, verifyLogout: false }],
  ['no key', { api_key: '' }, undefined],
  ['a key to keep', { keep_key: 'true' }, undefined],
])('state: %s', (_, changes, expected) => {
  expect(read({ ...STATE, ...changes })).toEqual(expected);
});

test.each(['url', 'email'])('state without its %s is unreadable', (field) => {
  expect(() => read({ ...STATE, [field]: '' })).toThrow(expect.objectContaining({ title: 'Saved session unreadable' }));
});

function read(state: typeof STATE) {
  for (const [name, value] of Object.entries(state)) process.env[`STATE_${name}`] = value;
  return readState();
}
