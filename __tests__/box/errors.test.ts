import { expect, test } from '@jest/globals';
import { REMEDIES, type Title } from '../../src/box/errors.ts';

/** Of fixes that could be confused with another one, a part that the other one doesn't have. */
const FIXES: Readonly<Partial<Record<Title, string>>> = {
  'Wrong email or password': 'case-sensitive',
  'Login rejected': 'to see if they work',
  'Two-factor code required': 'an account without two-factor',
  'Two-factor code rejected': 'Disable two-factor',
  'Box unreachable': 'firewall',
  'Box busy': 'timeout',
  'Box error': 'syslog',
  'Not a Mail-in-a-Box API': 'website or login page',
  'Blocked in front of the box': 'access list',
  'Missing privilege': 'gets revoked',
  'Host not found': "control panel's URL",
  'Sign-out failed': 'It expires two days after its last use. To revoke it now',
  'Key still valid': 'the box itself',
  'Sign-out not verified': 'If the key is still valid',
  'Proxy unreachable': 'NODE_EXTRA_CA_CERTS',
  'Proxy rejected': 'can and may connect',
  'Invalid proxy setting': 'Percent-encode',
};

test.each(Object.entries(FIXES))('%s: %s', (title, fix) => {
  expect(Object.entries(REMEDIES)).toContainEqual([title, expect.stringContaining(fix)]);
});
