import { expect, test } from '@jest/globals';
import { readAction } from '../../devkit/runner/action.ts';
import { ROOT } from '../support.ts';
import { read } from './pages.ts';

/** A constant in a file. */
function constant(file: string, name: string): number {
  const [, value = ''] = new RegExp(`const ${name} = ([\\d_]+);`).exec(read(file)) ?? [];
  return Number(value.replaceAll('_', ''));
}

const timeout = Number(readAction(ROOT).inputs['timeout']?.default);
const grace = constant('src/action/cancel.ts', 'GRACE_MS') / 1000;
const signOut = constant('src/box/sign-out.ts', 'SIGN_OUT_SECONDS');
const proof = constant('src/box/sign-out.ts', 'PROOF_SECONDS');
const logout = constant('src/box/sign-out.ts', 'ATTEMPT_SECONDS');
const attempt = constant('src/box/deadline.ts', 'ATTEMPT_SECONDS');
const longest = constant('src/box/retry.ts', 'LONGEST_WAIT');
const numbers = ['no', 'one', 'two', 'three', 'four', 'five'];
const codes = numbers[constant('src/box/totp.ts', 'MAX_CODES')];
const inStep = numbers[constant('src/box/totp.ts', 'MAX_CODES_IN_A_STEP')];
const spread = constant('src/box/totp.ts', 'SPREAD');
const late = constant('src/box/totp.ts', 'LATE_SPREAD');
const megabytes = constant('src/box/transport.ts', 'MAX_BYTES') / 1_000_000;
const busy = /BUSY = \[(.*)\]/.exec(read('src/box/user-api.ts'))?.[1] ?? '';
const sessions = constant('devkit/box/sessions.ts', 'MAX_SESSIONS');
const failures = constant('devkit/box/bans.ts', 'MAX_FAILURES');

test.each([
  ['docs/how-it-works.md', `until \`timeout\` (${timeout} s); signing out for ${signOut} s`],
  ['docs/how-it-works.md', `HTTP ${busy} |`],
  ['docs/how-it-works.md', `${codes} at the most, ${inStep} in any 30 s`],
  ['docs/how-it-works.md', `it waits up to ${spread} s, at random`],
  ['docs/how-it-works.md', `${spread + 30} s to ${spread + late + 30} s after the first`],
  ['docs/how-it-works.md', `${failures} lead to a ban`],
  ['docs/how-it-works.md', `up to ${longest} s, and at random`],
  ['docs/how-it-works.md', `One attempt takes ${attempt} s at the most`],
  ['docs/how-it-works.md', `at signing out ${logout} s`],
  ['docs/how-it-works.md', `the last ${proof} of the ${signOut} s are for the proof`],
  ['docs/how-it-works.md', `| ${grace} | | ends an attempt`],
  ['docs/how-it-works.md', `${sessions} newer logins`],
  ['docs/security.md', `**${sessions} sessions** at once`],
  ['docs/security.md', `**${failures} failed logins within 30 s**`],
  ['docs/job-outputs.md', `A box holds ${sessions} sessions`],
  ['docs/troubleshooting.md', `HTTP ${busy.replace(/, (\d+)$/, ' or $1')}`],
  ['docs/troubleshooting.md', `It waits up to ${grace} s for an answer`],
  ['docs/troubleshooting.md', `tried again for up to ${signOut} s`],
  ['docs/troubleshooting.md', `after ${failures} failed logins within 30 s`],
  ['docs/troubleshooting.md', `more than ${megabytes} MB`],
  ['README.md', `are tried ${codes} times at the most, ${inStep} times in 30 s`],
  ['README.md', `the ${failures} failed logins for which a box bans`],
  ['README.md', `A box keeps ${sessions} sessions`],
  ['src/action/cancel.ts', `is waited for, ${grace} s at the most.`],
])('%s: %s', (page, sentence) => {
  expect(read(page).replaceAll(/\s+/g, ' ')).toContain(sentence);
});
