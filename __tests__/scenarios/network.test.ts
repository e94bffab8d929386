import { describe, expect, test } from '@jest/globals';
import { busy, change, FAULTS, type Fault, NETWORK_FAULTS } from '../../devkit/box/faults.ts';
import type { StepResult } from '../../devkit/runner/job.ts';
import { asked, box, fastClock, LOGIN, LOGOUT, PROOF, run } from '../support.ts';

const VERIFY = { 'verify-logout': 'true' };
const KEY_LOST =
  /If the box granted a key in an answer that was lost, nobody knows it; it lives for up to two days\./;
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
      const [said, ...rest] = waits(at === LOGIN ? main : post);
      expect(said).toMatch(/ Trying again in \d+(\.\d)? s\.$/);
      expect(rest).toEqual([]);
      // A lost key is said to be lost, and no other is left.
      const mayLose = at === LOGIN && !['HTTP 429', 'HTTP 502', 'HTTP 503'].includes(name);
      expect(KEY_LOST.test(said ?? '')).toBe(mayLose);
      expect(target.daemon.sessions.keys()).toHaveLength(
        at === LOGIN && LOSES_A_KEY.includes(name) ? 1 : 0,
      );
    },
  );
});

/** The lines that tell that something is tried again. */
function waits({ log }: StepResult): string[] {
  return log.filter((line) => line.includes('Trying again'));
}

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

describe('an endless answer is read up to 1 MB, and is no reason to try again', () => {
  test.each([
    [LOGIN, 'Answer not understood'],
    [LOGOUT, 'Key not ended'],
  ])('at %s', async (at, title) => {
    const target = await box();
    let sent = 0;
    const counted: Fault = async (exchange) => {
      await endless(exchange);
      sent = exchange.request.socket.bytesWritten;
    };
    target.strike(counted, { at });
    const { main, post } = await run(target);
    // What lies in the buffers of two kernels included.
    expect(sent).toBeGreaterThan(1_000_000);
    expect(sent).toBeLessThan(16_000_000);
    expect((at === LOGIN ? main : post).annotations).toMatchObject([
      { title, message: expect.stringMatching(/it sent more than 1 MB/) },
    ]);
    expect(asked(target).filter((place) => place === at)).toHaveLength(1);
  });
});

describe('before there is an answer', () => {
  const REFUSED = /: the connection was refused \(ECONNREFUSED\)\. Tried \d+ times in \d+ s/;

  test('a refused connection is tried again until the time is up', async () => {
    const target = await box();
    await target.close();
    const { main } = await run(target, { env: fastClock(30) });
    expect(main).toMatchObject({
      exitCode: 1,
      annotations: [{ title: 'Box not reached', message: expect.stringMatching(REFUSED) }],
    });
    expect(main.stdout).not.toMatch(KEY_LOST);
  });

  test('nor does one without TLS lose a key', async () => {
    const target = await box({ scheme: 'http' });
    target.goAway();
    const { main } = await run(target, { with: { host: target.url }, env: fastClock(30) });
    expect(main.annotations).toMatchObject([{ message: expect.stringMatching(REFUSED) }]);
    expect(main.stdout).not.toMatch(KEY_LOST);
  });

  test('a box that comes back is signed in to, and out of', async () => {
    const target = await box();
    target.goAway();
    let waits = 0;
    const { conclusion, main, post } = await run(target, {
      env: fastClock(10),
      after: [{ call: () => target.goAway() }],
      onLine: (line) => {
        if (/Trying again/.test(line) && ++waits % 2 === 0) void target.comeBack();
      },
    });
    expect(conclusion).toBe('success');
    expect([main.annotations, post.annotations]).toEqual([[], []]);
    expect(waits).toBe(4);
    expect(asked(target)).toEqual([LOGIN, LOGOUT]);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('a refused connection at the logout is tried again, then a warning', async () => {
    const target = await box();
    const { conclusion, post } = await run(target, {
      env: fastClock(30),
      after: [{ call: () => target.goAway() }],
    });
    expect(conclusion).toBe('success');
    expect(post.annotations).toMatchObject([
      { level: 'warning', title: 'Key not ended', message: expect.stringMatching(REFUSED) },
    ]);
  });

  test('a refused connection at the proof is tried again, then the job fails', async () => {
    const target = await box();
    target.strike(FAULTS.gone, { at: LOGOUT });
    const { conclusion, post } = await run(target, { with: VERIFY, env: fastClock(30) });
    expect(conclusion).toBe('failure');
    expect(post.annotations).toMatchObject([
      { level: 'error', title: 'Sign-out not proven', message: expect.stringMatching(REFUSED) },
    ]);
  });

  const LOOK_UPS: ReadonlyArray<readonly [string, string, boolean]> = [
    ['EAI_AGAIN', 'the DNS did not answer (EAI_AGAIN). Tried ', true],
    ['ENETDOWN', 'the connection failed (ENETDOWN). Tried ', true],
    ['ENOTFOUND', 'There is no address for localhost:', false],
    ['EAI_FAIL', 'There is no address for localhost:', false],
  ];

  test.each(LOOK_UPS)('the login, where a look-up ends in %s', async (code, said, again) => {
    const { main } = await run(await box(), { env: { ...fastClock(30), FAIL_LOOKUPS: code } });
    expect(main.annotations).toMatchObject([
      {
        title: again ? 'Box not reached' : 'Host unknown',
        message: expect.stringContaining(said),
      },
    ]);
    expect(main.stdout.includes('Trying again')).toBe(again);
  });

  test.each(LOOK_UPS)('the logout, where a look-up ends in %s', async (code, said, again) => {
    const { conclusion, post } = await run(await box(), {
      env: fastClock(30),
      after: [{ run: `echo FAIL_LOOKUPS=${code} >> "$GITHUB_ENV"` }],
    });
    expect(conclusion).toBe('success');
    expect(post.annotations).toMatchObject([
      { level: 'warning', title: 'Key not ended', message: expect.stringContaining(said) },
    ]);
    expect(post.stdout.includes('Trying again')).toBe(again);
  });

  test.each(LOOK_UPS)('the proof, where a look-up ends in %s', async (code, said, again) => {
    const target = await box();
    const { conclusion, post } = await run(target, {
      with: VERIFY,
      env: fastClock(30),
      after: [{ run: `echo FAIL_LOOKUPS=${code}@2 >> "$GITHUB_ENV"` }],
    });
    expect(conclusion).toBe('failure');
    expect(post.annotations).toMatchObject([
      { level: 'error', title: 'Sign-out not proven', message: expect.stringContaining(said) },
    ]);
    expect(post.stdout.includes('Trying again')).toBe(again);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('a look-up, which cannot be ended, is kept short by the resolver', async () => {
    const preload = `import dns from 'node:dns';
      dns.lookup = (host, options, callback) => {
        const code = process.env.RES_OPTIONS === 'timeout:2 attempts:1' ? 'ENOTFOUND' : 'EPERM';
        process.nextTick(callback, Object.assign(new Error(code), { code }));
      };`;
    const { main } = await run(await box(), {
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` },
    });
    expect(main.annotations).toMatchObject([{ title: 'Host unknown' }]);
  });

  test('a banned address is told that it may be one', async () => {
    const target = await box();
    target.ban('127.0.0.1');
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
    target.strike(FAULTS[101]);
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

describe('the time that one attempt takes', () => {
  test('is 65 s: a silent box is asked twice in 120 s, and told as what is waited for', async () => {
    const target = await box();
    target.strike(silent, { at: LOGIN });
    const { main } = await run(target, { with: { timeout: '120' }, env: fastClock(30) });
    expect(asked(target)).toEqual([LOGIN, LOGIN]);
    expect(main.log.slice(0, 3)).toEqual([
      'No answer yet: the box is busy, or the way to it is slow. Waiting for up to 63 s more.',
      expect.stringMatching(/no whole answer came in time.* Trying again in \d\.\d s\.$/),
      expect.stringMatching(/^No answer yet: .* Waiting for up to 5[0-3] s more\.$/),
    ]);
    expect(main.annotations).toMatchObject([
      { message: expect.stringMatching(/Tried 2 times in (119|12[0-2]) s;/) },
    ]);
  });

  test('is 9 s of 30 at the logout', async () => {
    const target = await box();
    target.strike(silent, { at: LOGOUT });
    const { post } = await run(target, { env: fastClock(10) });
    expect(asked(target)).toEqual([LOGIN, LOGOUT, LOGOUT, LOGOUT]);
    expect(post.log[0]).toMatch(/^No answer yet: .* Waiting for up to 7\.0 s more\.$/);
    expect(post.annotations).toMatchObject([
      { title: 'Key not ended', message: expect.stringMatching(/Tried 3 times in (2\d|3[01]) s;/) },
    ]);
  });

  test('leaves the last ten for the proof, which decides', async () => {
    const target = await box();
    target.strike(silent, { at: LOGOUT });
    const { conclusion, post } = await run(target, { with: VERIFY, env: fastClock(10) });
    expect(conclusion).toBe('success');
    expect(post.annotations).toEqual([]);
    // Two attempts of 9 s, and where the waits between were short, a third in what is left of 20 s.
    const logouts = asked(target).filter((place) => place === LOGOUT);
    expect([2, 3]).toContain(logouts.length);
    expect(asked(target)).toEqual([LOGIN, ...logouts, PROOF]);
  });

  test('at a key that main ends itself is the same', async () => {
    const target = await box();
    target.strike(change({ privileges: 'wrong' }), { at: LOGIN });
    target.strike(drip, { at: LOGOUT });
    const { main, post } = await run(target, { env: fastClock(10) });
    expect(main.annotations).toMatchObject([{ title: 'Answer not understood' }]);
    expect(post.annotations).toMatchObject([{ level: 'warning', title: 'Key not ended' }]);
    expect(asked(target)).toEqual([LOGIN, ...Array(6).fill(LOGOUT)]);
  });
});

describe('the waits between attempts', () => {
  test('grow from a second to 15 s, and are those of no other job', async () => {
    const target = await box();
    target.strike(busy(502));
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const { main } = await run(target, { env: fastClock(60) });
        return waits(main).map((line) => Number(/again in ([\d.]+) s\.$/.exec(line)?.[1]));
      }),
    );
    expect(runs[0]).not.toEqual(runs[1]);
    for (const each of runs) {
      expect(each.length).toBeGreaterThan(8);
      for (const [index, wait] of each.entries()) {
        const longest = Math.min(15, 2 ** index);
        // As told, to a tenth or a whole second.
        expect(wait).toBeGreaterThanOrEqual(Math.floor(10 * longest * 0.5) / 10);
        expect(wait).toBeLessThanOrEqual(longest);
      }
    }
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
    expect(waits(main)[0]).toMatch(said);
  });

  test.each([-300, 300])('as a date goes by the clock of the box, %i s away', async (seconds) => {
    const target = await box();
    target.clockAhead = seconds * 1000;
    const late: Fault = (exchange) =>
      busy(503, new Date(Date.now() + target.clockAhead + 5_000).toUTCString())(exchange);
    target.strike(late, { at: LOGIN, times: 1 });
    const { main } = await run(target, { env: fastClock(10) });
    expect(waits(main)[0]).toMatch(/Trying again in [4-7]\.\d s\.$/);
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
  const { log } = await run(target, { with: VERIFY, env: fastClock(10) });
  const lines = log.filter((line) => line.startsWith('##[debug]'));
  expect(lines.map((line) => line.replace(/\d+ ms$/, 'N ms'))).toEqual([
    `##[debug]POST ${target.url}/login: HTTP 502, N ms`,
    `##[debug]POST ${target.url}/login: HTTP 200, N ms`,
    `##[debug]POST ${target.url}/logout: ConnectionError, N ms`,
    `##[debug]POST ${target.url}/logout: HTTP 200, N ms`,
    `##[debug]GET ${target.url}/system/privacy: HTTP 401, N ms`,
  ]);
});
