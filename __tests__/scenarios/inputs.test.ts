import { describe, expect, test } from '@jest/globals';
import { ADMIN, asked, box, NO_OUTPUTS, NO_STATE, run, TOTP } from '../support.ts';

describe('wrong inputs', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['email', { email: ' ' }, /^Input 'email' is empty\. A secret that does not exist.* Correct/],
    ['email', { email: 'ci' }, /^Input 'email' is not an email address: name@domain\./],
    [
      'email',
      { email: 'c i@example.com' },
      /^Input 'email' has a space or control character inside\./,
    ],
    ['email', { email: 'c:i@example.com' }, /^Input 'email' has a colon, which ends the user name/],
    [
      'email',
      { email: 'mülller@example.com' },
      /^Input 'email' has characters outside of ASCII before the '@'/,
    ],
    ['password', { password: '' }, /^Input 'password' is empty\..*from a fork or by Dependabot/],
    ['password', { password: '\r\n' }, /^Input 'password' is empty\./],
    ['password', { password: 'pässwörd' }, /^Input 'password' has characters outside of ASCII/],
    ['host', { host: 'http://box.example.com' }, /^Input 'host' begins with http:\/\//],
    [
      'host',
      { host: 'https://ci:secret@box.example.com' },
      /^Input 'host' has a user name or password inside/,
    ],
    ['totp-secret', { 'totp-secret': '123456' }, /^Input 'totp-secret' is not base32/],
    [
      'ca-certificate',
      { 'ca-certificate': 'box.pem' },
      /^Input 'ca-certificate' holds no certificate/,
    ],
    [
      'require-privilege',
      { 'require-privilege': 'Admin!' },
      /^Input 'require-privilege' is not the name of a privilege/,
    ],
    [
      'timeout',
      { timeout: '2m' },
      /^Input 'timeout' is not a whole number of seconds from 1 to 21600\./,
    ],
    ['timeout', { timeout: '0' }, /^Input 'timeout' is not a whole number/],
    ['logout', { logout: 'yes' }, /^Input 'logout' is neither true nor false\./],
    [
      'verify-logout',
      { 'verify-logout': '1' },
      /^Input 'verify-logout' is neither true nor false\./,
    ],
    [
      'verify-logout',
      { 'verify-logout': 'true', logout: 'false' },
      /^Input 'verify-logout' is true, but there is nothing to verify with 'logout: false'\./,
    ],
  ])('%s: %j', async (_, inputs, message) => {
    const target = await box();
    const { conclusion, main, post } = await run(target, { with: inputs });
    expect(conclusion).toBe('failure');
    expect(main).toMatchObject({
      exitCode: 1,
      annotations: [
        { level: 'error', title: 'Wrong input', message: expect.stringMatching(message) },
      ],
      outputs: NO_OUTPUTS,
      state: NO_STATE,
    });
    expect(main.stdout.match(/^::error/gm)).toHaveLength(1);
    expect(post).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(asked(target)).toEqual([]);
  });

  test('are reported all together, each on its line', async () => {
    const target = await box();
    const inputs = { email: '', password: '', host: 'a b', timeout: '-1', 'totp-secret': 'no!' };
    const { main } = await run(target, { with: inputs });
    expect(main.annotations).toHaveLength(1);
    expect(main.annotations[0]?.message.split('\n').map((line) => line.slice(0, 20))).toEqual([
      "Input 'email' is emp",
      "Input 'password' is ",
      "Input 'host' has a s",
      "Input 'totp-secret' ",
      "Input 'timeout' is n",
    ]);
  });

  test('do not keep the secrets among them from being masked', async () => {
    const target = await box();
    const { main } = await run(target, { with: { timeout: 'soon', 'totp-secret': 'not base32!' } });
    expect(main.stdout).toContain(`::add-mask::${ADMIN.password.replace('%', '%25')}\n`);
    expect(main.stdout).toContain('::add-mask::not base32!\n');
  });

  test('a private key given as certificate is not repeated', async () => {
    const target = await box();
    const pem =
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----';
    const { main } = await run(target, { with: { 'ca-certificate': `${target.ca}${pem}` } });
    expect(main.annotations[0]?.message).toMatch(/holds a private key\. Give only the certificate/);
    expect(main.stdout).not.toContain('MIIEvQ');
  });
});

describe('right inputs', () => {
  test.each<[string, Record<string, string>]>([
    ['email with spaces around', { email: `  ${ADMIN.email}\n` }],
    ['password with line breaks at its very end', { password: `${ADMIN.password}\r\n\n` }],
    ['require-privilege that is met', { 'require-privilege': 'admin' }],
    ['timeout', { timeout: '30' }],
    ['logout in capitals', { logout: 'TRUE' }],
    ['verify-logout', { 'verify-logout': 'true' }],
    ['no optional input at all but those of the box', {}],
  ])('%s', async (_, inputs) => {
    const target = await box();
    const { conclusion, main } = await run(target, { with: inputs });
    expect(conclusion).toBe('success');
    expect(main.outputs['email']).toBe(ADMIN.email);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test.each<[string, (host: string) => string]>([
    ['host:port', (host) => host],
    ['an https URL', (host) => `https://${host}`],
    ['an https URL with a slash at its end', (host) => `https://${host}/`],
    ['an https URL with the path', (host) => `https://${host}/admin`],
    ['capitals', (host) => `HTTPS://${host.toUpperCase()}/admin/`],
  ])('host as %s', async (_, form) => {
    const target = await box();
    const { main } = await run(target, { with: { host: form(target.host) } });
    expect(main.outputs['url']).toBe(target.url);
  });

  test.each([
    ['in lower case with spaces', TOTP.totpSecret.toLowerCase().replace(/.{4}/g, '$& ')],
    ['with padding', `${TOTP.totpSecret}======`],
    ['as the whole URI', `otpauth://totp/box.example.com:ci?secret=${TOTP.totpSecret}&issuer=Box`],
  ])('totp-secret %s', async (_, secret) => {
    const target = await box();
    const inputs = { email: TOTP.email, password: TOTP.password, 'totp-secret': secret };
    const { conclusion, main } = await run(target, { with: inputs });
    expect(conclusion).toBe('success');
    expect(main.stdout).toContain(`::add-mask::${TOTP.totpSecret}`);
  });

  test.each<[string, (pem: string, other: string) => string]>([
    ['with CRLF', (pem) => pem.replaceAll('\n', '\r\n')],
    ['among others and text', (pem, other) => `The box:\n${other}\n# and\n${pem}\nthe end`],
  ])('ca-certificate %s', async (_, form) => {
    const [target, other] = [await box(), await box({ name: 'box.test' })];
    const { conclusion } = await run(target, {
      with: { 'ca-certificate': form(target.ca, other.ca) },
    });
    expect(conclusion).toBe('success');
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('an email with an international domain goes out in its IDNA form', async () => {
    const email = 'ci@xn--mller-kva.example';
    const target = await box({ accounts: [{ ...ADMIN, email }] });
    const { main } = await run(target, { with: { email: 'ci@müller.example' } });
    expect(main.outputs['email']).toBe(email);
  });

  test('a password of one line in several is sent as it is', async () => {
    const password = ' two\nlines: & "quotes" ';
    const target = await box({ accounts: [{ ...ADMIN, password }] });
    const { conclusion, main } = await run(target, { with: { password } });
    expect(conclusion).toBe('success');
    expect(main.stdout).toContain('::add-mask:: two%0Alines: & "quotes" \n');
  });
});
