import { describe, expect, test } from '@jest/globals';
import { answerWith, busy, change, FAULTS, type Fault, redirect } from '../../devkit/box/faults.ts';
import { ADMIN, asked, box, LOGIN, LOGOUT, NO_OUTPUTS, run, TOTP, USER } from '../support.ts';

const KEY = 'f0'.repeat(32);

describe('what the box decides', () => {
  test.each([
    [
      'a wrong password',
      { password: 'not the password' },
      'Password refused',
      /^localhost:\d+ refused the email and password of ci@example\.com: one of them is wrong, or there is no such account\. Check the inputs/,
    ],
    [
      'an unknown account',
      { email: 'nobody@example.com' },
      'Password refused',
      /of nobody@example\.com: one of them is wrong/,
    ],
    [
      'an account in other case',
      { email: 'CI@example.com' },
      'Password refused',
      /'email' \(case matters\)/,
    ],
    [
      'two-factor without a secret',
      { email: TOTP.email, password: TOTP.password },
      'Two-factor code missing',
      /the input 'totp-secret'/,
    ],
    [
      'a privilege that the account does not have',
      { email: USER.email, password: USER.password, 'require-privilege': 'admin' },
      'Privilege missing',
      /user@example\.com does not have the privilege 'admin' .* it has none\. Use another account/,
    ],
  ])(
    '%s: one annotation that says what, why and what to do, and no key left',
    async (_, inputs, title, message) => {
      const target = await box();
      const { conclusion, main, post } = await run(target, { with: inputs });
      expect(conclusion).toBe('failure');
      expect(main).toMatchObject({
        exitCode: 1,
        annotations: [{ level: 'error', title, message: expect.stringMatching(message) }],
        outputs: NO_OUTPUTS,
      });
      expect(post).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
      expect(asked(target).filter((request) => request === LOGIN)).toHaveLength(1);
      expect(target.daemon.sessions.keys()).toEqual([]);
    },
  );

  test('a session key in place of the password is refused like a wrong password', async () => {
    const target = await box();
    const first = await run(target, { with: { logout: 'false' } });
    const { main } = await run(target, { with: { password: first.main.outputs['api_key'] ?? '' } });
    expect(main.annotations[0]?.title).toBe('Password refused');
  });

  test('other reasons are told as they came, on one line', async () => {
    const target = await box();
    const reason = 'Enter a\npassword.\u001b[31m ::error::x ##[error]y';
    target.strike(answerWith(JSON.stringify({ status: 'invalid', reason })));
    const { main } = await run(target);
    expect(main.annotations).toEqual([
      {
        level: 'error',
        title: 'Login refused',
        message: expect.stringMatching(
          /^localhost:\d+ refused the login: Enter a password\. ::error::x ## \[error\]y Check the inputs/,
        ),
      },
    ]);
  });
});

describe('what no box answers', () => {
  test.each<[string, Fault, string, RegExp]>([
    [
      'an HTML page',
      answerWith('<!doctype html><h1>Hello'),
      'Answer not understood',
      /not as a Mail-in-a-Box does: it sent an HTML page\./,
    ],
    ['nothing', answerWith(''), 'Answer not understood', /it sent nothing/],
    [
      'broken JSON',
      answerWith(`{"api_key": "${KEY}", "status": "ok`),
      'Answer not understood',
      /text that is not JSON/,
    ],
    [
      'another JSON type',
      answerWith('["ok"]'),
      'Answer not understood',
      /JSON that is no object, but: array/,
    ],
    [
      'another encoding',
      answerWith(Buffer.from('{"status":"\u00e9"}', 'latin1')),
      'Answer not understood',
      /another encoding than UTF-8/,
    ],
    ['compressed data', FAULTS.compressed, 'Answer not understood', /compressed data, unasked/],
    ['too much', answerWith(' '.repeat(1_100_000)), 'Answer not understood', /more than 1 MB/],
    [
      'an unknown status',
      answerWith('{"status": "maybe"}'),
      'Answer not understood',
      /its 'status' is "maybe"/,
    ],
    ['no status', answerWith('{}'), 'Answer not understood', /its 'status' is missing/],
    [
      'ok without a key',
      answerWith('{"status": "ok"}'),
      'Answer not understood',
      /its 'api_key' is missing or malformed/,
    ],
    [
      'a key that a shell would run',
      answerWith(JSON.stringify({ status: 'ok', api_key: '$(reboot)' })),
      'Answer not understood',
      /missing or malformed/,
    ],
    [
      'a redirect',
      redirect('https://elsewhere.example/admin/login\t##[error]x'),
      'Redirected',
      /HTTP 301, a redirect to https:\/\/elsewhere\.example\/admin\/login ## \[error\]x\. Credentials go to one place only/,
    ],
    [
      'not found',
      answerWith('', 404),
      'Not the API of a box',
      /\/admin\/login answered with HTTP 404.*at https:\/\/HOST\/admin/,
    ],
    [
      'a failure of the server',
      answerWith('', 500),
      'Not the API of a box',
      /HTTP 500.*\/var\/log\/syslog/,
    ],
    [
      'too busy, with a long wait',
      busy(503, '1000'),
      'Box busy',
      /HTTP 503.* Tried once; the next try, 100[01] s from now, would be too late\./,
    ],
  ])('%s is one clear error after one request', async (_, fault, title, message) => {
    const target = await box();
    target.strike(fault, { at: LOGIN });
    const { conclusion, main, post } = await run(target);
    expect(conclusion).toBe('failure');
    expect(main).toMatchObject({
      exitCode: 1,
      annotations: [{ level: 'error', title, message: expect.stringMatching(message) }],
      outputs: NO_OUTPUTS,
    });
    expect(post).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(asked(target)).toEqual([LOGIN]);
  });

  test('a path that is not the API is told with the right one', async () => {
    const target = await box();
    const { main } = await run(target, { with: { host: `https://${target.host}/mail` } });
    expect(main.annotations[0]?.message).toMatch(/\/mail\/login answered with HTTP 404/);
  });

  test('a host that does not exist is named, the default one too', async () => {
    const target = await box();
    const { main } = await run(target, { with: { email: 'ci@nowhere.invalid', host: '' } });
    expect(main.annotations).toEqual([
      {
        level: 'error',
        title: 'Host unknown',
        message: expect.stringMatching(/^There is no address for box\.nowhere\.invalid:/),
      },
    ]);
  });
});

describe('a key that came with something wrong is ended at once', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'another account',
      { email: 'other@example.com' },
      /a key for the account "other@example\.com", not for ci@example\.com/,
    ],
    ['a status that is not ok', { status: 'invalid' }, /gave a key, but its 'status' is "invalid"/],
    [
      'privileges that are no list',
      { privileges: 'admin' },
      /'privileges' are not a list of plain names/,
    ],
    [
      'a privilege that a shell would run',
      { privileges: ['`id`'] },
      /'privileges' are not a list of plain names/,
    ],
  ])('%s', async (_, wrong, message) => {
    const target = await box();
    target.strike(change(wrong), { at: LOGIN });
    const { main, post } = await run(target);
    expect(main).toMatchObject({
      exitCode: 1,
      annotations: [
        { level: 'error', title: 'Answer not understood', message: expect.stringMatching(message) },
      ],
      outputs: NO_OUTPUTS,
    });
    expect(target.daemon.sessions.keys()).toEqual([]);
    // Under each account that the key may belong to.
    expect(asked(target)).toEqual([LOGIN, LOGOUT, ...('email' in wrong ? [LOGOUT] : [])]);
    expect(post).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });
});

test('a key that the box gave for another account is ended under that account', async () => {
  const target = await box();
  const api_key = target.daemon.sessions.create(USER.email, `${USER.password}\n`);
  target.strike(answerWith(JSON.stringify({ status: 'ok', email: USER.email, api_key })), {
    at: LOGIN,
  });
  expect((await run(target)).main.exitCode).toBe(1);
  expect(target.daemon.sessions.keys()).toEqual([]);
});

test('a key for another account is ended there, even where the first logout fails', async () => {
  const target = await box();
  const api_key = target.daemon.sessions.create(USER.email, `${USER.password}\n`);
  target.strike(answerWith(JSON.stringify({ status: 'ok', email: USER.email, api_key })), {
    at: LOGIN,
  });
  target.strike(answerWith('', 500), { at: LOGOUT, times: 1 });
  expect((await run(target)).main.exitCode).toBe(1);
  expect(target.daemon.sessions.keys()).toEqual([]);
});

test.each([LOGIN, LOGOUT])(
  'JSON of 200,000 levels at %s is an answer not understood, and no crash',
  async (at) => {
    const target = await box();
    const deep = `{"status": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    target.strike(answerWith(deep), { at });
    const { main, post } = await run(target);
    const title = at === LOGIN ? 'Answer not understood' : 'Key not ended';
    expect((at === LOGIN ? main : post).annotations).toMatchObject([
      { title, message: expect.stringMatching(/its 'status' is an array/) },
    ]);
  },
);

test('what the box may leave out it may leave out, and a byte order mark is forgiven', async () => {
  const target = await box();
  target.strike(answerWith('\ufeff{"status": "ok", "api_key": "-._~+/=aZ9"}'), { at: LOGIN });
  const { conclusion, main } = await run(target);
  expect(conclusion).toBe('success');
  expect(main.outputs).toEqual({
    api_key: '-._~+/=aZ9',
    email: ADMIN.email,
    privileges: '[]',
    url: target.url,
  });
});

test('a busy box is asked again, with the reason in the log', async () => {
  const target = await box();
  target.strike(busy(503, '1'), { times: 1 });
  const { conclusion, main } = await run(target);
  expect(conclusion).toBe('success');
  expect(main.log[0]).toMatch(
    /is busy or restarting: it answered with HTTP 503\..* Trying again in [12]\.\d s\.$/,
  );
  expect(asked(target)).toEqual([LOGIN, LOGIN, LOGOUT]);
});
