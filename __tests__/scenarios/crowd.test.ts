import { describe, expect, test } from '@jest/globals';
import { asked, box, fastWorld, LOGIN, LOGOUT, run, TOTP } from '../support.ts';

const AS_TOTP = { email: TOTP.email, password: TOTP.password, 'totp-secret': TOTP.totpSecret };

test('64 jobs that sign in at the same moment all get in, and none is locked out', async () => {
  const target = await box({ delay: 60 });
  let most = 0;
  target.strike(({ send }) => {
    most = Math.max(most, target.daemon.sessions.keys().length);
    return send();
  });
  const jobs = await Promise.all(Array.from({ length: 64 }, () => run(target)));
  expect(new Set(jobs.map(({ conclusion }) => conclusion))).toEqual(new Set(['success']));
  expect(new Set(jobs.map(({ main }) => main.outputs['api_key'])).size).toBe(64);
  expect(most).toBeGreaterThan(1);
  expect(asked(target).filter((request) => request === LOGIN)).toHaveLength(64);
  expect(target.daemon.sessions.keys()).toEqual([]);
});

describe('two-factor', () => {
  test('six jobs at once with one secret all get in, far below the ban limit', async () => {
    const { clock, env } = fastWorld(4);
    const target = await box({ delay: 15, clock });
    let refusals = 0;
    target.strike(
      async ({ ask, send }) => {
        const answer = await ask();
        if (answer.body.toString().includes('invalid-totp-token')) refusals += 1;
        return send(answer);
      },
      { at: LOGIN },
    );
    const jobs = await Promise.all(
      Array.from({ length: 6 }, () => run(target, { with: AS_TOTP, env })),
    );
    expect(jobs.flatMap(({ main }) => main.annotations)).toEqual([]);
    expect(new Set(jobs.map(({ conclusion }) => conclusion))).toEqual(new Set(['success']));
    // 20 within 30 s are a ban.
    expect(refusals).toBeLessThanOrEqual(18);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test.each([-300, -120, 120, 300])(
    'a box whose clock is %i s away is asked by its own clock',
    async (seconds) => {
      const { clock, env } = fastWorld(10);
      const target = await box({ clock });
      target.clockAhead = seconds * 1000;
      const { conclusion, main } = await run(target, { with: AS_TOTP, env });
      expect(conclusion).toBe('success');
      expect(asked(target)).toEqual([LOGIN, LOGIN, LOGOUT]);
      expect(main.log.join('\n')).toMatch(/Trying again in \d+(\.\d)? s\.$/m);
    },
  );

  test('a wrong secret: five codes, three in any 30 s, then both causes and the clocks', async () => {
    const { clock, env } = fastWorld(20);
    const target = await box({ clock });
    target.clockAhead = 240_000;
    const sent: Array<{ at: number; code: unknown }> = [];
    target.strike(
      ({ request, send }) => {
        sent.push({ at: clock(), code: request.headers['x-auth-token'] });
        return send();
      },
      { at: LOGIN },
    );
    const { main } = await run(target, {
      with: { ...AS_TOTP, 'totp-secret': 'A'.repeat(32) },
      env,
    });
    expect(main.annotations).toEqual([
      {
        level: 'error',
        title: 'Two-factor code refused',
        message: expect.stringMatching(
          /Either the secret is not the account's, or the code was used a moment ago, or the clocks are apart: that of the box is 2[34]\d s ahead of this one\./,
        ),
      },
    ]);
    expect(sent).toHaveLength(5);
    for (const [index, { at, code }] of sent.entries()) {
      expect(code).not.toBe(sent[index - 1]?.code);
      const fourth = sent[index + 3];
      if (fourth !== undefined) expect(fourth.at - at).toBeGreaterThanOrEqual(29_000);
    }
  });

  test('a busy box does not use up the code of the moment', async () => {
    const { clock, env } = fastWorld(1);
    const target = await box({ clock });
    const codes: unknown[] = [];
    target.strike(
      ({ request, response }) => {
        codes.push(request.headers['x-auth-token']);
        response.writeHead(502).end();
      },
      { at: LOGIN, times: 2 },
    );
    const { main } = await run(target, { with: AS_TOTP, env });
    expect(main.exitCode).toBe(0);
    expect(codes[1]).toBe(codes[0]);
  });
});
