import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { ADMIN, asked, box, fastWorld, LOGIN, LOGOUT, run, TOTP, USER } from '../support.ts';

describe('a job', () => {
  test('signs in, uses the key in a later step, and signs out when it ends', async () => {
    const target = await box();
    const { conclusion, main, post, steps } = await run(target, {
      after: [
        {
          shell: 'node {0}',
          run: `const { URL: url, EMAIL, API_KEY } = process.env;
            const Authorization = 'Basic ' + Buffer.from(EMAIL + ':' + API_KEY).toString('base64');
            fetch(url + '/dns/custom/www.example.com', { method: 'PUT', body: '203.0.113.7', headers: { Authorization } })
              .then((response) => response.text())
              .then(console.log);`,
          env: {
            URL: `\${{ steps.box.outputs.url }}`,
            EMAIL: `\${{ steps.box.outputs.email }}`,
            API_KEY: `\${{ steps.box.outputs.api_key }}`,
            NODE_TLS_REJECT_UNAUTHORIZED: '0',
          },
        },
      ],
    });
    expect(conclusion).toBe('success');
    expect(main.outputs).toEqual({
      api_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      email: ADMIN.email,
      privileges: '["admin"]',
      url: target.url,
    });
    expect(JSON.parse(main.state['session'] ?? '')).toEqual({
      url: target.url,
      accounts: [ADMIN.email],
      api_key: main.outputs['api_key'],
      ca: target.ca.replaceAll('\r\n', '\n'),
      verifyLogout: false,
    });
    expect(main.log).toEqual([
      `Signed in to ${target.url} as ci@example.com (admin); the key ends with the job.`,
    ]);
    expect(steps[1]?.stdout).toBe('updated DNS: example.com\n\n');
    expect(post).toMatchObject({ exitCode: 0, log: [], annotations: [] });
    expect(asked(target)).toEqual([LOGIN, 'PUT /admin/dns/custom/www.example.com', LOGOUT]);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('sends one request over one connection each for login and logout, and says who it is', async () => {
    const target = await box();
    await run(target, { env: { ACTIONS_ORCHESTRATION_ID: 'of-no-business-to-the-box' } });
    expect(target.connections).toBe(2);
    expect(target.requests.map(({ headers }) => headers)).toEqual([
      {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(`${ADMIN.email}:${ADMIN.password}`).toString('base64')}`,
        connection: 'keep-alive',
        'content-length': '0',
        host: target.host,
        'user-agent': `mailinabox-login/${manifest.version}`,
      },
      expect.objectContaining({ 'user-agent': `mailinabox-login/${manifest.version}` }),
    ]);
  });

  test('gets no privileges for an ordinary user', async () => {
    const target = await box();
    const { main } = await run(target, { with: USER_INPUTS });
    expect(main.outputs).toMatchObject({ email: USER.email, privileges: '[]' });
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('signs in with the two-factor code of the moment', async () => {
    const target = await box();
    const inputs = { email: TOTP.email, password: TOTP.password, 'totp-secret': TOTP.totpSecret };
    const { conclusion, main } = await run(target, { with: inputs });
    expect(conclusion).toBe('success');
    expect(main.outputs['email']).toBe(TOTP.email);
    expect(target.requests[0]?.headers['x-auth-token']).toMatch(/^\d{6}$/);
  });

  test('takes another two-factor code where this one was just used', async () => {
    const { clock, env } = fastWorld(1);
    const target = await box({ clock });
    const inputs = { email: TOTP.email, password: TOTP.password, 'totp-secret': TOTP.totpSecret };
    expect((await run(target, { with: inputs, env })).conclusion).toBe('success');
    const { conclusion, main } = await run(target, { with: inputs, env });
    expect(conclusion).toBe('success');
    expect(main.stdout).toMatch(/refused the two-factor code.*Trying again in \d+(\.\d)? s\./);
    expect(asked(target)).toEqual([LOGIN, LOGOUT, LOGIN, LOGIN, LOGOUT]);
  });

  test('cannot pass the key on as a job output, but all else', async () => {
    const target = await box();
    const { outputs, log } = await run(target, {
      outputs: {
        key: `\${{ steps.box.outputs.api_key }}`,
        url: `\${{ steps.box.outputs.url }}`,
        admin: `\${{ contains(fromJSON(steps.box.outputs.privileges), 'admin') }}`,
      },
    });
    expect(outputs).toEqual({ url: target.url, admin: 'true' });
    expect(log).toContain("Warning: Skip output 'key' since it may contain secret.");
  });

  test('keeps the key alive with logout: false', async () => {
    const target = await box();
    const { main, post } = await run(target, { with: { logout: 'false' } });
    expect(target.daemon.sessions.keys()).toEqual([main.outputs['api_key']]);
    expect(main.log.at(-1)).toMatch(/the key lives on after the job\.$/);
    expect(post).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });
});

describe('the box is trusted', () => {
  test('with a self-signed certificate that has no subjectAltName, given as ca-certificate', async () => {
    const target = await box({ certificate: 'self-signed' });
    expect((await run(target)).conclusion).toBe('success');
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('by ca-certificate alone: no public or other authority counts beside it', async () => {
    const [target, other] = [await box(), await box({ name: 'box.test' })];
    const file = join(mkdtempSync(join(tmpdir(), 'ca-')), 'ca.pem');
    writeFileSync(file, target.ca);
    const { main } = await run(target, {
      with: { 'ca-certificate': other.ca },
      env: { NODE_EXTRA_CA_CERTS: file },
    });
    rmSync(dirname(file), { recursive: true });
    expect(main.annotations).toEqual([
      {
        level: 'error',
        title: 'Certificate not trusted',
        message: expect.stringContaining(
          "Check that 'ca-certificate' is the certificate that the box serves now",
        ),
      },
    ]);
    expect(asked(target)).toEqual([]);
  });

  test('never where its certificate cannot be verified, whatever the environment says', async () => {
    const target = await box({ certificate: 'self-signed' });
    const { main } = await run(target, {
      with: { 'ca-certificate': '' },
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    });
    expect(main.annotations[0]?.message).toContain(
      `Cannot verify the certificate of ${target.host}: it is self-signed. No credentials were sent. ` +
        "Give it to the action as 'ca-certificate', or let the box get one from Let's Encrypt (System > TLS certificates).",
    );
    expect(asked(target)).toEqual([]);
  });

  test('without TLS on a loopback address', async () => {
    const target = await box({ scheme: 'http' });
    const inputs = { host: `http://${target.host}`, 'ca-certificate': '' };
    const { conclusion, main } = await run(target, { with: inputs });
    expect(conclusion).toBe('success');
    expect(main.outputs['url']).toBe(target.url);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });
});

const USER_INPUTS = { email: USER.email, password: USER.password };
