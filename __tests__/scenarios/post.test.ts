import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { answerWith, change, FAULTS, type Fault, redirect } from '../../devkit/box/faults.ts';
import {
  ADMIN,
  asked,
  box,
  fastClock,
  LOGIN,
  LOGOUT,
  NO_OUTPUTS,
  onPosix,
  PROOF,
  ROOT,
  run,
  USER,
} from '../support.ts';

const VERIFY = { 'verify-logout': 'true' };
const AS_USER = { email: USER.email, password: USER.password };
const SILENT = { exitCode: 0, annotations: [], log: [], stderr: '' };

describe('the post-step signs out', () => {
  test('after a later step that failed', async () => {
    const target = await box();
    const { conclusion, post } = await run(target, { after: [{ run: 'exit 3' }] });
    expect(conclusion).toBe('failure');
    expect(post).toMatchObject(SILENT);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('by what was saved, whatever the inputs say by then', async () => {
    const target = await box();
    const other = await box({ name: 'box.test' });
    const { conclusion } = await run(target, {
      env: {
        EMAIL: ADMIN.email,
        PASSWORD: ADMIN.password,
        HOST: target.host,
        CA: target.ca,
        LOGOUT: 'true',
        VERIFY: 'false',
      },
      with: {
        email: `\${{ env.EMAIL }}`,
        password: `\${{ env.PASSWORD }}`,
        host: `\${{ env.HOST }}`,
        'ca-certificate': `\${{ env.CA }}`,
        logout: `\${{ env.LOGOUT }}`,
        'verify-logout': `\${{ env.VERIFY }}`,
      },
      after: [
        {
          run:
            'for name in EMAIL PASSWORD CA; do echo "$name=" >> "$GITHUB_ENV"; done\n' +
            `echo "HOST=${other.host}" >> "$GITHUB_ENV"; echo "LOGOUT=false" >> "$GITHUB_ENV"; echo "VERIFY=true" >> "$GITHUB_ENV"`,
        },
      ],
    });
    expect(conclusion).toBe('success');
    expect(target.daemon.sessions.keys()).toEqual([]);
    expect(asked(target)).toEqual([LOGIN, LOGOUT]);
    expect(asked(other)).toEqual([]);
  });

  test('after a main step that was killed once the key was saved', async () => {
    const target = await box();
    let kill: (signal: NodeJS.Signals) => void = () => {};
    // A key beside another account: main saves it, then asks to end it, and is killed meanwhile.
    target.strike(change({ email: 'other@example.com' }), { at: LOGIN });
    target.strike(() => kill('SIGKILL'), { at: LOGOUT, times: 1 });
    const { main, post } = await run(target, {
      step: {
        onStart: (send) => {
          kill = send;
        },
      },
    });
    expect(main.signal).toBe('SIGKILL');
    expect(post).toMatchObject(SILENT);
    // One or both logouts of main, and both of the post-step.
    const [first, ...rest] = asked(target);
    expect(first).toBe(LOGIN);
    expect([3, 4]).toContain(rest.length);
    expect(new Set(rest)).toEqual(new Set([LOGOUT]));
    expect(target.daemon.sessions.keys()).toEqual([]);
  });
});

test('a job that is cancelled in a later step is signed out, undisturbed', async () => {
  const target = await box();
  const cancel = new AbortController();
  const { conclusion, post } = await run(target, {
    cancel: cancel.signal,
    after: [{ run: 'echo ready; exec sleep 30' }, { run: 'echo never' }],
    onLine: (line) => {
      if (line === 'ready') cancel.abort();
    },
  });
  expect(conclusion).toBe('cancelled');
  expect(post).toMatchObject({ ...SILENT, conclusion: 'success' });
  expect(target.daemon.sessions.keys()).toEqual([]);
});

describe('the post-step is silent and green', () => {
  test('where there was no main', () => {
    const output = execFileSync(process.execPath, [join(ROOT, 'dist', 'post.cjs')], {
      env: {},
      encoding: 'utf8',
    });
    expect(output).toBe('');
  });

  test('where the box was restarted meanwhile, and the key is dead already', async () => {
    const target = await box();
    const { post } = await run(target, { after: [{ call: () => target.restart() }] });
    expect(post).toMatchObject(SILENT);
    expect(asked(target)).toEqual([LOGIN, LOGOUT]);
  });

  test('where 64 newer sessions pushed the key out', async () => {
    const target = await box();
    const { main, post } = await run(target, {
      after: [
        {
          call: () => {
            for (let i = 0; i < 64; i++) target.daemon.sessions.create(USER.email, '');
          },
        },
      ],
    });
    expect(target.daemon.sessions.keys()).not.toContain(main.outputs['api_key']);
    expect(post).toMatchObject(SILENT);
  });
});

describe('a logout that fails', () => {
  test('warns once, says what ends the key, and leaves the job green', async () => {
    const target = await box();
    target.strike(answerWith('', 500), { at: LOGOUT });
    const { conclusion, post } = await run(target);
    expect(conclusion).toBe('success');
    expect(post).toMatchObject({
      exitCode: 0,
      annotations: [
        {
          level: 'warning',
          title: 'Key not ended',
          message: expect.stringMatching(
            /^Could not sign out, so the session key may still work\. \S+\/admin\/logout answered with HTTP 500.* Changing the account's password or two-factor settings ends the key.*two days/,
          ),
        },
      ],
    });
  });

  test.each<[string, Fault, RegExp]>([
    ['an HTML page', answerWith('<html>'), /it sent an HTML page/],
    ['nothing', answerWith(''), /it sent nothing/],
    ['broken JSON', answerWith('{"status": "ok'), /text that is not JSON/],
    ['other JSON', answerWith('[]'), /JSON that is no object/],
    ['an unknown status', answerWith('{"status": "maybe"}'), /its 'status' is "maybe"/],
    [
      'a redirect',
      redirect('https://elsewhere.example/'),
      /a redirect to https:\/\/elsewhere\.example\/\./,
    ],
    ['not found', answerWith('', 404), /HTTP 404/],
  ])('is a warning where the answer is %s, and is not tried again', async (_, fault, message) => {
    const target = await box();
    target.strike(fault, { at: LOGOUT });
    const { conclusion, post } = await run(target);
    expect(conclusion).toBe('success');
    expect(post.annotations).toMatchObject([
      { level: 'warning', title: 'Key not ended', message: expect.stringMatching(message) },
    ]);
    expect(asked(target)).toEqual([LOGIN, LOGOUT]);
  });

  test('is red with verify-logout where the key lives on, and green where it is dead all the same', async () => {
    const [alive, dead] = [await box(), await box()];
    alive.strike(answerWith('<html>'), { at: LOGOUT });
    const red = await run(alive, { with: VERIFY });
    expect(red.conclusion).toBe('failure');
    expect(red.post.annotations).toMatchObject([
      {
        level: 'error',
        title: 'Key not ended',
        message: expect.stringMatching(/it sent an HTML page.*two days/),
      },
    ]);
    const lost: Fault = async ({ ask, send }) => {
      await ask();
      return send({ status: 500, headers: {}, body: '' });
    };
    dead.strike(lost, { at: LOGOUT });
    const green = await run(dead, { with: VERIFY });
    expect(green.conclusion).toBe('success');
    expect(green.post.annotations).toEqual([]);
  });
});

describe('verify-logout', () => {
  test.each([
    ['an administrator', {}],
    ['an ordinary user', AS_USER],
  ])('proves the key of %s dead', async (_, inputs) => {
    const target = await box();
    const { conclusion, post } = await run(target, { with: { ...VERIFY, ...inputs } });
    expect(conclusion).toBe('success');
    expect(post).toMatchObject({
      annotations: [],
      log: [`Signed out of ${target.url}; the key is refused now.`],
    });
    expect(asked(target)).toEqual([LOGIN, LOGOUT, PROOF]);
  });

  test.each([
    ['an administrator', {}],
    ['an ordinary user', AS_USER],
  ])('fails the job where the key of %s still works', async (_, inputs) => {
    const target = await box();
    target.strike(answerWith('{"status": "ok"}'), { at: LOGOUT });
    const { conclusion, post } = await run(target, { with: { ...VERIFY, ...inputs } });
    expect(conclusion).toBe('failure');
    expect(post).toMatchObject({
      exitCode: 1,
      annotations: [
        {
          level: 'error',
          title: 'Key still works',
          message: expect.stringMatching(/the key still works\. Changing/),
        },
      ],
    });
  });

  test.each<[string, number, Record<string, string>]>([
    ['a failure of the server', 500, {}],
    ['a refusal that is not about the key', 401, { 'X-Reason': 'Authorization header invalid.' }],
    ['a refusal without a reason', 403, {}],
  ])('fails the job where %s shows nothing', async (_, status, headers) => {
    const target = await box();
    target.strike(answerWith('', status, headers), { at: PROOF });
    const { conclusion, post } = await run(target, { with: VERIFY });
    expect(conclusion).toBe('failure');
    expect(post.annotations).toMatchObject([
      {
        level: 'error',
        title: 'Sign-out not proven',
        message: expect.stringMatching(
          /^Signed out, but cannot show that the key is refused\. .*two days/,
        ),
      },
    ]);
  });
});

test.each([
  ['an HTML page', '<html>'],
  ['nothing', ''],
  ['other JSON', '{"status": "ok"}'],
])('%s as the proof shows nothing, and is not taken for a key that works', async (_, body) => {
  const target = await box();
  target.strike(answerWith(body), { at: PROOF });
  const { conclusion, post } = await run(target, { with: VERIFY });
  expect(conclusion).toBe('failure');
  expect(post.annotations).toMatchObject([{ title: 'Sign-out not proven' }]);
});

test('where masking the key fails, it is ended at once', async () => {
  const target = await box();
  const { main } = await run(target, { env: failingToPrint('/^::add-mask::[0-9a-f]{64}/') });
  expect(main).toMatchObject({
    exitCode: 1,
    outputs: NO_OUTPUTS,
    annotations: [{ title: 'Unexpected error' }],
  });
  expect(asked(target)).toEqual([LOGIN, LOGOUT]);
  expect(target.daemon.sessions.keys()).toEqual([]);
});

test('a proof that a ban prevents fails the job', async () => {
  const target = await box();
  target.strike(FAULTS.ban, { at: LOGOUT });
  const { conclusion, post } = await run(target, { with: VERIFY, env: fastClock(20) });
  expect(conclusion).toBe('failure');
  expect(post.annotations).toMatchObject([
    {
      level: 'error',
      title: 'Sign-out not proven',
      message: expect.stringMatching(/fail2ban.*two days/),
    },
  ]);
});

test('odd characters in account and key come through state and outputs unharmed', async () => {
  const account = { ...ADMIN, email: "o'neil+a=b<<EOF%0A@example.com" };
  const target = await box({ accounts: [account] });
  const api_key = '-._~+/=aZ9==';
  target.strike(change({ api_key }), { at: LOGIN });
  const { conclusion, main } = await run(target, { with: { email: account.email } });
  expect(conclusion).toBe('success');
  expect(main.outputs).toMatchObject({ api_key, email: account.email });
  expect(target.requests[1]?.headers.authorization).toBe(
    `Basic ${Buffer.from(`${account.email}:${api_key}`).toString('base64')}`,
  );
});

test('an error that nobody foresaw, with the key already here: no secret in it, and the key is ended', async () => {
  const target = await box();
  const env = preload(`const { stringify } = JSON;
    JSON.stringify = (value, ...rest) => {
      if (value?.accounts !== undefined) throw new TypeError('saw ' + process.env.INPUT_PASSWORD + ' and ' + value.api_key);
      return stringify(value, ...rest);
    };`);
  const { main } = await run(target, { env });
  expect(main.annotations).toMatchObject([
    { title: 'Unexpected error', message: expect.stringMatching(/: saw \*\*\* and \*\*\*\./) },
  ]);
  expect(asked(target)).toEqual([LOGIN, LOGOUT]);
  expect(target.daemon.sessions.keys()).toEqual([]);
});

test('an error that nobody foresaw, with the key handed over: it is ended, and the post-step has nothing to do', async () => {
  const target = await box();
  const { main, post } = await run(target, { env: failingToPrint('/^Signed in/') });
  expect(main).toMatchObject({ exitCode: 1, annotations: [{ title: 'Unexpected error' }] });
  expect(asked(target)).toEqual([LOGIN, LOGOUT]);
  expect(target.daemon.sessions.keys()).toEqual([]);
  expect(post).toMatchObject(SILENT);
});

test.each([
  ['a warning', {}, 'warning', 'success'],
  ['an error with verify-logout', VERIFY, 'error', 'failure'],
] as const)(
  'an error that nobody foresaw in the post-step is %s, without a secret in it',
  async (_, inputs, level, expected) => {
    const target = await box();
    const env = preload(`if (process.argv[1].endsWith('post.cjs')) Date.parse = () => {
      throw new TypeError('saw ' + process.env.STATE_session);
    };`);
    const { conclusion, post } = await run(target, { env, with: inputs });
    expect(conclusion).toBe(expected);
    expect(post.annotations).toMatchObject([
      { level, title: 'Unexpected error', message: expect.stringMatching(/"api_key":"\*\*\*"/) },
    ]);
    expect(asked(target)[1]).toBe(LOGOUT);
    expect(target.daemon.sessions.keys()).toEqual([]);
  },
);

test.each([
  ['a warning', false, 'warning', 0],
  ['an error where proof was asked for', true, 'error', 1],
] as const)(
  'a saved session that cannot be read is %s, without a part of it',
  async (_, verifyLogout, level, exitCode) => {
    const target = await box();
    const broken = `{"verifyLogout":${verifyLogout},"api_key":"${'5e'.repeat(32)}`;
    const { post } = await run(target, { env: { STATE_session: broken }, with: { email: '' } });
    expect(post).toMatchObject({
      exitCode,
      annotations: [{ level, title: 'Saved session not readable' }],
    });
    expect(post.stdout).not.toContain('5e5e');
  },
);

describe('an error that is thrown where nobody can catch it', () => {
  test('by a timer of main: one annotation, and the key on its way is saved and ended', async () => {
    const target = await box();
    target.strike(({ send }) => pause(500).then(() => send()), { at: LOGIN });
    const { main, post } = await run(target, {
      env: failingToPrint('/^No answer yet/', fastClock(10)),
    });
    expect(main).toMatchObject({
      exitCode: 1,
      stderr: '',
      annotations: [{ level: 'error', title: 'Unexpected error' }],
    });
    expect(asked(target)).toEqual([LOGIN, LOGOUT]);
    expect(post).toMatchObject(SILENT);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('by a timer of the post-step: a warning, and the key is ended', async () => {
    const target = await box();
    target.strike(({ send }) => pause(500).then(() => send()), { at: LOGOUT });
    const { conclusion, post } = await run(target, {
      env: failingToPrint('/^No answer yet/', fastClock(10)),
    });
    expect(conclusion).toBe('success');
    expect(post).toMatchObject({
      stderr: '',
      annotations: [{ level: 'warning', title: 'Unexpected error' }],
    });
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  onPosix('by a signal handler: the same, and it is cancelled all the same', async () => {
    const target = await box();
    let kill: (signal: NodeJS.Signals) => void = () => {};
    const late: Fault = async ({ send }) => {
      kill('SIGINT');
      await pause(200);
      return send();
    };
    target.strike(late, { at: LOGIN });
    const { main, post } = await run(target, {
      env: failingToPrint('/^Cancelled/'),
      step: {
        onStart: (send) => {
          kill = send;
        },
      },
    });
    expect(main).toMatchObject({ exitCode: 1, stderr: '', outputs: NO_OUTPUTS });
    expect(main.annotations).toHaveLength(1);
    expect(post).toMatchObject(SILENT);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });
});

test('an error that nobody foresaw is one annotation, and shows its stack with debug logging alone', async () => {
  const target = await box();
  // Takes away what the action builds on.
  const broken = { env: preload('delete URL.parse') };
  const { main } = await run(target, { ...broken, debug: false });
  expect(main).toMatchObject({
    exitCode: 1,
    annotations: [
      {
        level: 'error',
        title: 'Unexpected error',
        message: expect.stringMatching(
          /URL\.parse is not a function\. Run the job again with debug logging/,
        ),
      },
    ],
  });
  expect(main.stdout).not.toMatch(/adminUrl/);
  const debugged = await run(target, broken);
  expect(debugged.main.stdout).toMatch(/^::debug::at adminUrl/m);
});

/** Runs code in an action before it starts, besides what the other variables have. */
function preload(code: string, other: Record<string, string> = {}): Record<string, string> {
  const own = `--import=data:text/javascript,${encodeURIComponent(code)}`;
  return { ...other, NODE_OPTIONS: [other['NODE_OPTIONS'] ?? '', own].join(' ') };
}

/** Has an action throw when it prints something, with the password in what it throws. */
function failingToPrint(pattern: string, other?: Record<string, string>): Record<string, string> {
  const code = `const { write } = process.stdout;
    process.stdout.write = function (text, ...rest) {
      if (${pattern}.test(text)) throw new Error('no more output ' + process.env.INPUT_PASSWORD);
      return write.call(this, text, ...rest);
    };`;
  return preload(code, other);
}
