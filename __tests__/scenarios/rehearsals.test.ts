import { describe, expect, test } from '@jest/globals';
import { FAULTS, NETWORK_FAULTS } from '../../devkit/box/faults.ts';
import { asked, box, fastClock, LOGIN, LOGOUT, NO_OUTPUTS, PROOF, run } from '../support.ts';

/** What passes by itself, perhaps. */
const { endless, ...passing } = NETWORK_FAULTS;
const PASSING = [...Object.keys(passing), '101', '429', '502', '503', '504', 'long-wait'];
const GAVE_UP =
  /Tried (once|\d+ times in (\d|[12]\d|3[01]) s); the next try, \S+ s from now, would/;
const WHAT_ENDS_A_KEY =
  /Changing the account's password or two-factor settings ends the key, and so does restarting.*two days/;

/** What a login that meets a fault ends as. */
const TITLES: Record<keyof typeof FAULTS, string | undefined> = {
  ...(Object.fromEntries(Object.keys(passing).map((name) => [name, 'Box not reached'])) as Record<
    keyof typeof passing,
    string
  >),
  endless: 'Answer not understood',
  gone: undefined,
  ban: undefined,
  429: 'Box busy',
  502: 'Box busy',
  503: 'Box busy',
  504: 'Box busy',
  'long-wait': 'Box busy',
  101: 'Box not reached',
  201: 'Not the API of a box',
  404: 'Not the API of a box',
  500: 'Not the API of a box',
  redirect: 'Redirected',
  'redirect-here': 'Redirected',
  'redirect-http': 'Redirected',
  html: 'Answer not understood',
  nothing: 'Answer not understood',
  'broken-json': 'Answer not understood',
  'other-json': 'Answer not understood',
  'wrong-types': 'Answer not understood',
  'unknown-status': 'Answer not understood',
  'other-encoding': 'Answer not understood',
  compressed: 'Answer not understood',
  bom: undefined,
  'hostile-text': 'Login refused',
  'hostile-header': 'Redirected',
  echo: 'Login refused',
  'hostile-key': 'Answer not understood',
  'hostile-email': 'Answer not understood',
  'hostile-privileges': 'Answer not understood',
  'other-account': 'Answer not understood',
  'refused-with-key': 'Answer not understood',
  'lying-logout': 'Answer not understood',
};

describe.each(Object.keys(FAULTS) as Array<keyof typeof FAULTS>)('%s, for good', (name) => {
  const tries = PASSING.includes(String(name)) ? GAVE_UP : /./;

  test('at the login: gets through, or is one error; no key lives on unsaid', async () => {
    const target = await box();
    target.strike(FAULTS[name], { at: LOGIN });
    const { main, post } = await run(target, { with: { timeout: '30' }, env: fastClock(20) });
    if (TITLES[name] === undefined) {
      expect(main.annotations).toEqual([]);
      expect(main.outputs['api_key']).toMatch(/^[0-9a-f]{64}$/);
    } else {
      expect(main).toMatchObject({
        exitCode: 1,
        outputs: NO_OUTPUTS,
        annotations: [
          { level: 'error', title: TITLES[name], message: expect.stringMatching(tries) },
        ],
      });
      expect(post).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    }
    if (target.daemon.sessions.keys().length > 0) {
      expect([...main.log, ...post.log].join('\n')).toMatch(/two days/);
    }
  });

  test('at the logout: gets through, or is one warning that says what ends the key', async () => {
    const target = await box();
    target.strike(FAULTS[name], { at: LOGOUT });
    const { conclusion, post } = await run(target, { env: fastClock(20) });
    expect(conclusion).toBe('success');
    if (post.annotations.length > 0) {
      expect(post.annotations).toEqual([
        {
          level: 'warning',
          title: 'Key not ended',
          message: expect.stringMatching(WHAT_ENDS_A_KEY),
        },
      ]);
      expect(post.annotations[0]?.message).toMatch(tries);
    } else if (name !== 'lying-logout') {
      expect(target.daemon.sessions.keys()).toEqual([]);
    }
  });

  test('at the proof: gets through, or fails the job with one error that says so', async () => {
    const target = await box();
    target.strike(FAULTS[name], { at: PROOF });
    const { conclusion, post } = await run(target, {
      with: { 'verify-logout': 'true' },
      env: fastClock(20),
    });
    expect(asked(target)).toContain(PROOF);
    expect(target.daemon.sessions.keys()).toEqual([]);
    if (post.exitCode === 0) {
      expect(post.annotations).toEqual([]);
    } else {
      expect(conclusion).toBe('failure');
      expect(post.annotations).toEqual([
        {
          level: 'error',
          title: 'Sign-out not proven',
          message: expect.stringMatching(WHAT_ENDS_A_KEY),
        },
      ]);
      expect(post.annotations[0]?.message).toMatch(tries);
    }
  });
});
