import { expect, test } from '@jest/globals';
import { REMEDIES, type Title } from '../../src/box/errors.ts';

/** A part of each fix that the fixes that it could be confused with don't have. */
const FIXES: Readonly<Record<Title, string>> = {
  'Invalid input': "under 'with:'",
  'Wrong email or password': 'case-sensitive',
  'Login rejected': 'to see if they work',
  'Two-factor code required': 'an account without two-factor',
  'Two-factor code rejected': 'Set up two-factor again',
  'Missing privilege': 'administrator',
  'Certificate not trusted': 'Get a new one',
  'TLS failed': 'the port',
  'Host not found': "control panel's URL",
  'Box unreachable': 'firewall',
  'Box busy': 'timeout',
  'Box error': 'syslog',
  'Not a Mail-in-a-Box API': 'website or login page',
  'Blocked in front of the box': 'access list',
  'Unexpected redirect': 'Not followed',
  Cancelled: 'Nothing to fix',
  'Sign-out failed': 'To revoke it now',
  'Key still valid': 'the box itself',
  'Sign-out not verified': 'If the key is still valid',
  'Proxy unreachable': 'NODE_EXTRA_CA_CERTS',
  'Proxy rejected': 'can and may connect',
  'Invalid proxy setting': 'Percent-encode',
  'Runner files not writable': 'disk space',
  'Saved session unreadable': 'STATE_',
  'Unsupported Node': 'Node 24',
  'Unexpected error': 'debug logging',
};

test.each(Object.entries(FIXES))('%s: %s', (title, fix) => {
  expect(Object.entries(REMEDIES)).toContainEqual([title, expect.stringContaining(fix)]);
});
