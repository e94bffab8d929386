import { expect, test } from '@jest/globals';
import { readAction } from '../../devkit/runner/action.ts';
import { ROOT } from '../support.ts';
import { read } from './pages.ts';

/** A constant in a file of src/. */
function constant(file: string, name: string): number {
  const [, value = ''] = new RegExp(`const ${name} = ([\\d_]+);`).exec(read(`src/${file}`)) ?? [];
  return Number(value.replaceAll('_', ''));
}

const timeout = Number(readAction(ROOT).inputs['timeout']?.default);
const grace = constant('action/cancel.ts', 'GRACE_MS') / 1000;
const signOut = constant('box/sign-out.ts', 'SIGN_OUT_SECONDS');
const proof = constant('box/sign-out.ts', 'PROOF_SECONDS');
const logout = constant('box/sign-out.ts', 'ATTEMPT_SECONDS');
const attempt = constant('box/deadline.ts', 'ATTEMPT_SECONDS');
const longest = constant('box/retry.ts', 'LONGEST_WAIT');
const codes = ['no', 'one', 'two', 'three', 'four', 'five'];
const all = codes[constant('box/totp.ts', 'MAX_CODES')];
const inStep = codes[constant('box/totp.ts', 'MAX_CODES_IN_A_STEP')];
const megabytes = constant('box/transport.ts', 'MAX_BYTES') / 1_000_000;

test.each([
  ['docs/how-it-works.md', `until \`timeout\` (${timeout} s); signing out for ${signOut} s`],
  ['docs/how-it-works.md', `${all} at the most, ${inStep} in any 30 s`],
  ['docs/how-it-works.md', `up to ${longest} s, and at random`],
  ['docs/how-it-works.md', `One attempt takes ${attempt} s at the most`],
  ['docs/how-it-works.md', `at signing out ${logout} s`],
  ['docs/how-it-works.md', `the last ${proof} of the ${signOut} s are for the proof`],
  ['docs/how-it-works.md', `| ${grace} | | ends an attempt`],
  ['docs/troubleshooting.md', `It waits up to ${grace} s for an answer`],
  ['docs/troubleshooting.md', `tried again for up to ${signOut} s`],
  ['docs/troubleshooting.md', `more than ${megabytes} MB`],
  ['README.md', `are tried ${all} times at the most, ${inStep} times in 30 s`],
])('%s: %s', (page, sentence) => {
  expect(read(page).replaceAll(/\s+/g, ' ')).toContain(sentence);
});
