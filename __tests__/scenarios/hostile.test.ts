import { describe, expect, test } from '@jest/globals';
import { answerWith, change, type Fault, redirect } from '../../devkit/box/faults.ts';
import { ADMIN, asked, box, LOGIN, LOGOUT, NO_OUTPUTS, NO_STATE, run } from '../support.ts';

const BREAKS = ['\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '\u000b', '\u000c'];
const BASIC = Buffer.from(`${ADMIN.email}:${ADMIN.password}`).toString('base64');
const TEXTS: ReadonlyArray<readonly [string, string]> = [
  ...BREAKS.map(
    (end) =>
      [
        `a command after ${JSON.stringify(end)}`,
        `x${end}::error::injected${end}::set-output name=a::b`,
      ] as const,
  ),
  ['the other form of command', 'x ##[error]injected ##[add-mask]a ##\u200b[group]b'],
  ['ANSI escapes', '\u001b[2J\u001b[31mred\u001b]0;title\u0007\u009b1m'],
  ['200 KB', 'y'.repeat(200_000)],
  ['the password', `we saw ${ADMIN.password} of you`],
  ['the password, URL-encoded', `we saw ${encodeURIComponent(ADMIN.password)}`],
  [
    'the password, form-encoded',
    `we saw ${encodeURIComponent(ADMIN.password).replaceAll('%20', '+')}`,
  ],
  ['the password, HTML-escaped', `we saw it&#39;s &quot;quoted&quot; &amp; 100% s3cret `],
  [
    'the password, HTML-escaped as by Python',
    `we saw it&#x27;s &quot;quoted&quot; &amp; 100% s3cret `,
  ],
  ['base64url', Buffer.from(`${ADMIN.email}:${ADMIN.password}`).toString('base64url')],
  ['base64 of more', Buffer.from(`x${ADMIN.password}?>`).toString('base64')],
  ['base64url of more', Buffer.from(`xy${ADMIN.password}?>`).toString('base64url')],
  ['the password, torn apart', `we saw ${[...ADMIN.password].join('\u200b')}`],
  ['the password at the cut', `${'z'.repeat(290)}${ADMIN.password}`],
  ['the Authorization header', `Basic ${BASIC} is what you sent`],
];

describe('hostile text never leaves its line, and takes no secret along', () => {
  test.each(TEXTS)('as the reason of a refusal: %s', async (_, text) => {
    await harmless(
      answerWith(JSON.stringify({ status: 'invalid', reason: text })),
      'Login refused',
    );
  });

  test.each(TEXTS)('as a status: %s', async (_, text) => {
    await harmless(answerWith(JSON.stringify({ status: text })), 'Answer not understood');
  });

  test.each(TEXTS)('as the target of a redirect: %s', async (_, text) => {
    const target = text.replaceAll(/[^\t -~\u0080-\u00ff]/g, ' ').slice(0, 10_000);
    await harmless(redirect(`https://elsewhere.example/${target}`, 302), 'Redirected');
  });

  test.each(TEXTS)('as the account of a key, which is ended at once: %s', async (_, text) => {
    const target = await harmless(change({ email: text }), 'Answer not understood');
    expect(target.daemon.sessions.keys()).toEqual([]);
    expect(asked(target)[1]).toBe(LOGOUT);
  });

  test('as a header of 200 KB', async () => {
    const location = `https://elsewhere.example/${'y'.repeat(200_000)}`;
    await harmless(
      redirect(location),
      'Answer not understood',
      /its answer is longer than 16 KB\./,
    );
  });

  test('as status line and header', async () => {
    await harmless(({ response }) => {
      response.socket?.end(
        `HTTP/1.1 418 ::error::x\u001b[31m ${ADMIN.password}\r\nX-Reason: ::error::y\r\nContent-Length: 0\r\n\r\n`,
      );
    }, 'Not the API of a box');
  });

  async function harmless(fault: Fault, title: string, message = /./) {
    const target = await box();
    target.strike(fault, { at: LOGIN });
    const { main, post } = await run(target);
    expect(main).toMatchObject({
      exitCode: 1,
      outputs: NO_OUTPUTS,
      annotations: [{ level: 'error', title, message: expect.stringMatching(message) }],
    });
    // All that the action prints is its own: known commands, each on a line, and no line of any other kind.
    for (const line of (main.stdout + post.stdout).split(/[\n\r\u2028\u2029\u0085\u000b\u000c]/)) {
      expect(line).toMatch(
        /^(::(add-mask|debug|error title=[\w -]+)::[^\u0000-\u001f\u007f-\u009f]*)?$/,
      );
      expect(line).not.toContain('##[');
      if (!line.startsWith('::add-mask::')) expect(line.length).toBeLessThan(900);
    }
    expect(main.stderr + post.stderr).toBe('');
    return target;
  }
});

const NASTY = [
  'a\nb',
  'a b',
  '$(id)',
  '`id`',
  "a'b",
  'a"b',
  `\${{ secrets.X }}`,
  'a;b',
  'a|b',
  'a&b',
  'a\u0000b',
  '',
  7,
  null,
  ['a'],
  'a'.repeat(1_000_000 - 200),
];

describe('a hostile key is refused, and nothing is handed over', () => {
  test.each(NASTY.map((key) => [String(JSON.stringify(key)).slice(0, 20), key]))(
    '%s',
    async (_, key) => {
      const target = await box();
      target.strike(change({ api_key: key }), { at: LOGIN });
      const { main, post } = await run(target);
      expect(main).toMatchObject({
        exitCode: 1,
        outputs: NO_OUTPUTS,
        state: NO_STATE,
        annotations: [
          {
            title: 'Answer not understood',
            message: expect.stringMatching(
              /its 'api_key' is missing or malformed\. If the box granted a key/,
            ),
          },
        ],
      });
      expect(post).toMatchObject({ exitCode: 0, stdout: '' });
    },
  );
});

describe('a hostile field beside a good key: the key is ended at once, and nothing is handed over', () => {
  const fields = NASTY.flatMap((value) => [
    { email: value },
    { privileges: value },
    { privileges: [value] },
    { status: value },
  ]).filter((field) => JSON.stringify(field) !== '{"privileges":["a"]}');
  test.each(fields.map((field) => [JSON.stringify(field).slice(0, 30), field]))(
    '%s',
    async (_, field) => {
      const target = await box();
      target.strike(change(field as Record<string, unknown>), { at: LOGIN });
      const { main, post } = await run(target);
      expect(main).toMatchObject({
        exitCode: 1,
        outputs: NO_OUTPUTS,
        annotations: [{ title: 'Answer not understood' }],
      });
      expect(target.daemon.sessions.keys()).toEqual([]);
      expect(post).toMatchObject({ exitCode: 0, stdout: '' });
    },
  );
});

describe('a redirect', () => {
  test.each(['another host', 'the same host', 'http'])(
    'to %s is not followed, and gets no credentials',
    async (where) => {
      const [target, other] = [await box(), await box({ scheme: 'http' })];
      const location =
        {
          'another host': other.url,
          'the same host': `${target.url}/elsewhere`,
          http: `http://${target.host}/`,
        }[where] ?? '';
      for (const status of [301, 302, 303, 307, 308])
        target.strike(redirect(location, status), { at: LOGIN, times: 1 });
      for (let i = 0; i < 5; i++) {
        const { main } = await run(target);
        expect(main.annotations).toMatchObject([
          { title: 'Redirected', message: expect.stringContaining(`a redirect to ${location}.`) },
        ]);
      }
      expect(asked(target)).toEqual(Array(5).fill(LOGIN));
      expect(asked(other)).toEqual([]);
    },
  );
});
