import { describe, expect, test } from '@jest/globals';
import { busy, type Fault, NETWORK_FAULTS } from '../../devkit/box/faults.ts';
import { asked, box, fastClock, LOGIN, LOGOUT, PROOF, run } from '../support.ts';

const VERIFY = { 'verify-logout': 'true' };
const KEY_LOST =
  /If the box granted a key in an answer that was lost, nobody knows it; it lives for up to two days\./;
const WHAT_ENDS_A_KEY =
  /Changing the account's password or two-factor settings ends the key, and so does restarting.*two days/;
const PLACES = [LOGIN, LOGOUT, PROOF];

/** All but those that need a deadline to end. */
const { silent, drip, endless, ...quick } = NETWORK_FAULTS;
const passing: Array<[string, Fault]> = [
  ...Object.entries(quick),
  ...([429, 502, 503, 504] as const).map((status): [string, Fault] => [
    `HTTP ${status}`,
    busy(status),
  ]),
];

describe.each(passing)('%s', (name, fault) => {
  test.each(places(name))(
    'at %s, once: the action gets through, and says why it took longer',
    async (at) => {
      const target = await box();
      target.strike(fault, { at, times: 1 });
      const { conclusion, main, post } = await run(target, { with: VERIFY, env: fastClock(10) });
      expect([main.annotations, post.annotations]).toEqual([[], []]);
      expect(conclusion).toBe('success');
      expect(asked(target)).toEqual(
        PLACES.flatMap((place) => (place === at ? [place, place] : [place])),
      );
      const [said, ...rest] = (at === LOGIN ? main : post).log;
      expect(said).toMatch(/ Trying again in \d+(\.\d)? s\.$/);
      expect(rest.join('\n')).not.toContain('Trying again');
      // A lost key is said to be lost, and no other is left.
      const mayLose = at === LOGIN && !['HTTP 429', 'HTTP 502', 'HTTP 503'].includes(name);
      expect(KEY_LOST.test(said ?? '')).toBe(mayLose);
      expect(target.daemon.sessions.keys()).toHaveLength(
        at === LOGIN && LOSES_A_KEY.includes(name) ? 1 : 0,
      );
    },
  );
});

/** Where a fault strikes: the head of an answer is proof enough, so that what comes after it does no harm there. */
function places(fault: string): string[] {
  return PLACES.filter((at) => !(at === PROOF && ['reset-in-answer', 'cut-short'].includes(fault)));
}

const LOSES_A_KEY = [
  'reset-after-work',
  'reset-in-head',
  'reset-in-answer',
  'cut-short',
  'cut-chunk',
];

describe.each<[string, Fault]>([...passing, ['silent', silent], ['drip', drip]])(
  '%s that stays',
  (name, fault) => {
    const speed = name === 'drip' ? 10 : 30;

    test('at the login ends by the timeout, as one error', async () => {
      const target = await box();
      target.strike(fault, { at: LOGIN });
      const { main, post } = await run(target, {
        with: { timeout: '20' },
        env: fastClock(speed),
      });
      expect(main).toMatchObject({ exitCode: 1, outputs: {}, annotations: [{ level: 'error' }] });
      expect(main.annotations[0]?.message).toMatch(
        /Tried (once|\d+ times in (1\d|2[0-2]) s|\d+ times in \d s); the next try, .* from now, would be too late\./,
      );
      expect(post).toMatchObject({ exitCode: 0, stdout: '' });
    });

    test('at the logout ends within 30 s, as one warning that says what ends the key', async () => {
      const target = await box();
      target.strike(fault, { at: LOGOUT });
      const { conclusion, post } = await run(target, { env: fastClock(speed) });
      expect(conclusion).toBe('success');
      expect(post).toMatchObject({
        exitCode: 0,
        annotations: [
          {
            level: 'warning',
            title: 'Key not ended',
            message: expect.stringMatching(WHAT_ENDS_A_KEY),
          },
        ],
      });
    });

    if (!places(name).includes(PROOF)) return;
    test('at the proof fails the job, and says what ends the key', async () => {
      const target = await box();
      target.strike(fault, { at: PROOF });
      const { conclusion, post } = await run(target, {
        with: VERIFY,
        env: fastClock(speed),
      });
      expect(conclusion).toBe('failure');
      expect(post).toMatchObject({
        exitCode: 1,
        annotations: [
          {
            level: 'error',
            title: 'Sign-out not proven',
            message: expect.stringMatching(WHAT_ENDS_A_KEY),
          },
        ],
      });
    });
  },
);

describe('an endless answer is read up to 1 MB, and is no reason to try again', () => {
  test.each([
    [LOGIN, 'Answer not understood'],
    [LOGOUT, 'Key not ended'],
  ])('at %s', async (at, title) => {
    const target = await box();
    target.strike(endless, { at });
    const { main, post } = await run(target);
    expect((at === LOGIN ? main : post).annotations).toMatchObject([
      { title, message: expect.stringMatching(/it sent more than 1 MB/) },
    ]);
    expect(asked(target).filter((place) => place === at)).toHaveLength(1);
  });
});

describe('before there is an answer', () => {
  test('a refused connection is tried again until the time is up', async () => {
    const target = await box();
    await target.close();
    const { main } = await run(target, { env: fastClock(30) });
    expect(main).toMatchObject({
      exitCode: 1,
      annotations: [
        {
          title: 'Box not reached',
          message: expect.stringMatching(
            /: the connection was refused \(ECONNREFUSED\)\. Tried \d+ times in \d+ s/,
          ),
        },
      ],
    });
    expect(main.stdout).not.toMatch(KEY_LOST);
  });

  test('a name server that does not answer is asked again, an unknown name is not', async () => {
    const target = await box();
    const again = await run(target, { env: { ...fastClock(30), FAIL_LOOKUPS: 'EAI_AGAIN' } });
    expect(again.main.annotations).toMatchObject([
      {
        title: 'Box not reached',
        message: expect.stringMatching(/the DNS did not answer \(EAI_AGAIN\)\. Tried \d+ times/),
      },
    ]);
    for (const code of ['ENOTFOUND', 'EAI_FAIL']) {
      const unknown = await run(target, { env: { ...fastClock(1), FAIL_LOOKUPS: code } });
      expect(unknown.main.annotations).toMatchObject([{ title: 'Host unknown' }]);
      expect(unknown.main.stdout).not.toContain('Trying again');
    }
  });

  test('a banned address is told that it may be one', async () => {
    const target = await box();
    for (let i = 0; i < 20; i++) target.failLogin('127.0.0.1');
    const { main } = await run(target, { env: fastClock(30) });
    expect(main.annotations).toMatchObject([
      {
        title: 'Box not reached',
        message: expect.stringMatching(/not banning its address after failed logins \(fail2ban\)/),
      },
    ]);
    expect(asked(target)).toEqual([]);
  });

  test('an answer of 101, which Node drops without a word, is an error like no answer', async () => {
    const target = await box();
    target.strike(({ response }) => {
      response.socket?.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
      );
    });
    const { main, post } = await run(target, { env: fastClock(30) });
    expect(main).toMatchObject({ exitCode: 1, annotations: [{ title: 'Box not reached' }] });
    expect(post.exitCode).toBe(0);
  });
});

describe('the time that an action takes, by the clock on the wall', () => {
  test.each<[string, Fault]>([
    ['silent', silent],
    ['drip', drip],
  ])('%s: the timeout, and little more', async (_, fault) => {
    const target = await box();
    target.strike(fault);
    const started = performance.now();
    const { main } = await run(target, { with: { timeout: '3' } });
    expect(main.annotations).toMatchObject([
      { title: 'Box not reached', message: expect.stringMatching(/no whole answer came in time/) },
    ]);
    expect(performance.now() - started).toBeLessThan(6_000);
  });
});

describe('Retry-After', () => {
  test.each([
    ['seconds', () => '5', /Trying again in [56]\.\d s\./],
    [
      'a date',
      () => new Date(Date.now() + 10_000).toUTCString(),
      /Trying again in (\d\.\d|10|11) s\./,
    ],
    ['nonsense', () => 'soon', /Trying again in [01]\.\d s\./],
    [
      'a date that has passed',
      () => 'Tue, 24 Nov 2020 12:00:00 GMT',
      /Trying again in [01]\.\d s\./,
    ],
  ])('in %s is heard', async (_, header, said) => {
    const target = await box();
    target.strike((exchange) => busy(503, header())(exchange), { at: LOGIN, times: 1 });
    const { conclusion, main } = await run(target, { env: fastClock(10) });
    expect(conclusion).toBe('success');
    expect(main.log[0]).toMatch(said);
  });

  test('that cannot end before the timeout fails at once and says so', async () => {
    const target = await box();
    target.strike(busy(429, '121'), { at: LOGIN });
    const { main } = await run(target);
    expect(main.annotations).toMatchObject([
      {
        title: 'Box busy',
        message: expect.stringMatching(
          /HTTP 429.* Tried once; the next try, 12[12] s from now, would be too late\./,
        ),
      },
    ]);
    expect(asked(target)).toEqual([LOGIN]);
  });
});

test('debug logging tells each attempt, with its outcome and duration', async () => {
  const target = await box();
  target.strike(busy(502), { at: LOGIN, times: 1 });
  target.strike(quick.close, { at: LOGOUT, times: 1 });
  const { log } = await run(target, { env: fastClock(10) });
  const lines = log.filter((line) => line.startsWith('##[debug]'));
  expect(lines.map((line) => line.replace(/\d+ ms$/, 'N ms'))).toEqual([
    `##[debug]POST ${target.url}/login: HTTP 502, N ms`,
    `##[debug]POST ${target.url}/login: HTTP 200, N ms`,
    `##[debug]POST ${target.url}/logout: ConnectionError, N ms`,
    `##[debug]POST ${target.url}/logout: HTTP 200, N ms`,
  ]);
});
