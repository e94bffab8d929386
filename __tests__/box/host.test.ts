import { describe, expect, test } from '@jest/globals';
import { InvalidValueError } from '../../src/box/errors.ts';
import { adminUrl, defaultHost } from '../../src/box/host.ts';

test('the box of an email is named after its domain', () => {
  expect(defaultHost('ci@example.com')).toBe('box.example.com');
  expect(defaultHost('"a@b"@xn--mller-kva.example')).toBe('box.xn--mller-kva.example');
});

describe('a host', () => {
  test.each([
    ['box.example.com', 'https://box.example.com/admin'],
    ['box.example.com:8443', 'https://box.example.com:8443/admin'],
    ['https://box.example.com', 'https://box.example.com/admin'],
    ['https://box.example.com:443/', 'https://box.example.com/admin'],
    ['https://box.example.com/admin', 'https://box.example.com/admin'],
    ['https://box.example.com/admin//', 'https://box.example.com/admin'],
    ['https://example.com/mail/box', 'https://example.com/mail/box'],
    ['example.com/mail', 'https://example.com/mail'],
    ['BOX.Example.COM', 'https://box.example.com/admin'],
    ['müller.example', 'https://xn--mller-kva.example/admin'],
    ['192.0.2.1', 'https://192.0.2.1/admin'],
    ['[2001:db8::1]:8443', 'https://[2001:db8::1]:8443/admin'],
    ['http://localhost:10222', 'http://localhost:10222/admin'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1/admin'],
    ['http://[::1]:1', 'http://[::1]:1/admin'],
  ])('%s stands for %s', (host, url) => {
    expect(adminUrl(host)).toBe(url);
  });

  test.each([
    ['box example.com', /a space/],
    ['box.example.com\nevil', /control character/],
    ['box.example.com\\admin', /a backslash/],
    ['https://', /is not a host name/],
    ['box.example.com:99999', /is not a host name/],
    ['ci@box.example.com', /user name or password/],
    ['https://ci:pass@box.example.com', /user name or password/],
    ['https://:@box.example.com', /user name or password/],
    ['box.example.com?x=1', /query or fragment/],
    ['box.example.com/#', /query or fragment/],
    ['http://box.example.com', /begins with http:/],
    ['http://localhost.example.com', /begins with http:/],
    ['http://127.evil.example', /begins with http:/],
    ['ftp://box.example.com', /something else than https/],
    ['box$(id).example.com', /no host name has|is not a host name/],
    ["box'.example.com", /no host name has/],
    ['box.example.com/a;b', /a path with characters/],
    ['box.example.com/%20', /a path with characters/],
  ])('%j is refused', (host, fault) => {
    expect(() => adminUrl(host)).toThrow(InvalidValueError);
    expect(() => adminUrl(host)).toThrow(fault);
  });
});
