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

describe.each(Object.keys(FAULTS) as Array<keyof typeof FAULTS>)('%s, for good', (name) => {
  const tries = PASSING.includes(String(name)) ? GAVE_UP : /./;

  test('at the login: gets through, or is one error; no key lives on unsaid', async () => {
    const target = await box();
    target.strike(FAULTS[name], { at: LOGIN });
    const { main, post } = await run(target, { with: { timeout: '30' }, env: fastClock(20) });
    if (main.exitCode === 0) {
      expect(main.annotations).toEqual([]);
      expect(main.outputs['api_key']).toMatch(/^[0-9a-f]{64}$/);
    } else {
      expect(main).toMatchObject({
        exitCode: 1,
        outputs: NO_OUTPUTS,
        annotations: [{ level: 'error', message: expect.stringMatching(tries) }],
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
