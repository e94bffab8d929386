import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Box } from '../../devkit/box/box.ts';
import { answerWith } from '../../devkit/box/faults.ts';
import type { ProxyOptions } from '../../devkit/box/proxy.ts';
import {
  asked,
  box,
  certificate,
  fastClock,
  LOGIN,
  LOGOUT,
  listen,
  PROOF,
  ROOT,
  run,
} from '../support.ts';

describe('a box that only the proxy knows', () => {
  test.each(['https_proxy', 'HTTPS_PROXY'])(
    'is reached through %s for login, logout and proof',
    async (variable) => {
      const target = await box({ name: 'box.test' });
      const proxy = await startProxy();
      const { conclusion } = await run(target, {
        env: { [variable]: proxy.url() },
        with: { 'verify-logout': 'true' },
      });
      expect(conclusion).toBe('success');
      expect(asked(target)).toEqual([LOGIN, LOGOUT, PROOF]);
      expect(proxy.tunnels).toEqual(Array(3).fill(target.host));
      expect(target.daemon.sessions.keys()).toEqual([]);
    },
  );

  test('with its self-signed, CN-only certificate, and a proxy that asks for credentials', async () => {
    const target = await box({ name: 'box.test', certificate: 'self-signed' });
    const proxy = await startProxy({ credentials: 'someone:pr0xy pass' });
    const { conclusion, main, post } = await run(target, {
      env: { https_proxy: proxy.url('someone:pr0xy%20pass@') },
    });
    expect(conclusion).toBe('success');
    expect(proxy.tunnels).toHaveLength(2);
    // Not even the deprecations of what is used to get through it.
    expect(main.stderr + post.stderr).toBe('');
  });

  test('that somehow knows the credentials of the proxy and tells them: they stay out of the log', async () => {
    const target = await box({ name: 'box.test' });
    const proxy = await startProxy({ credentials: 'someone:pr0xy pass' });
    const basic = Buffer.from('someone:pr0xy pass').toString('base64');
    const reason = `saw pr0xy pass, pr0xy%20pass and ${basic}`;
    target.strike(answerWith(JSON.stringify({ status: 'invalid', reason })), { at: LOGIN });
    const { main } = await run(target, {
      env: { https_proxy: proxy.url('someone:pr0xy%20pass@') },
    });
    expect(main.annotations).toMatchObject([
      { message: expect.stringMatching(/saw \*\*\*, \*\*\* and \*\*\*/) },
    ]);
  });

  test('where the variable has no http:// before it', async () => {
    const target = await box({ name: 'box.test' });
    const proxy = await startProxy();
    const { conclusion } = await run(target, {
      env: { https_proxy: proxy.url().replace('http://', '') },
    });
    expect(conclusion).toBe('success');
  });

  test('with the wrong certificate is refused through the proxy as well', async () => {
    const target = await box({ name: 'box.test' });
    const proxy = await startProxy();
    const { main } = await run(target, {
      env: { https_proxy: proxy.url() },
      with: { 'ca-certificate': '' },
    });
    expect(main.annotations).toMatchObject([{ title: 'Certificate not trusted' }]);
    expect(asked(target)).toEqual([]);
  });
});

describe('a proxy that speaks TLS', () => {
  const CERTIFICATE = certificate('issued', 'localhost');

  test.each(['127.0.0.1', 'localhost'])(
    'is used by %s, where its certificate is trusted',
    async (name) => {
      const target = await box({ name: 'box.test' });
      const proxy = await startProxy({ certificate: CERTIFICATE });
      const folder = mkdtempSync(join(tmpdir(), 'proxy-'));
      const NODE_EXTRA_CA_CERTS = join(folder, 'ca.pem');
      writeFileSync(NODE_EXTRA_CA_CERTS, CERTIFICATE.ca);
      const { conclusion } = await run(target, {
        env: {
          https_proxy: proxy.url().replace('http://127.0.0.1', `https://${name}`),
          NODE_EXTRA_CA_CERTS,
        },
      });
      rmSync(folder, { recursive: true });
      expect(conclusion).toBe('success');
      expect(proxy.tunnels).toHaveLength(2);
    },
  );

  test('gets no credentials where it is not, whatever the environment says', async () => {
    const target = await box({ name: 'box.test' });
    const proxy = await startProxy({ certificate: CERTIFICATE });
    const { main } = await run(target, {
      env: {
        https_proxy: proxy.url('someone:pr0xypass@').replace('http:', 'https:'),
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
      },
    });
    expect(main).toMatchObject({ exitCode: 1, annotations: [{ title: 'Proxy refused' }] });
    expect(proxy.tunnels).toEqual([]);
  });
});

describe('no_proxy', () => {
  test.each(['box.test', '.test', 'test', '*', 'elsewhere.example, box.test', 'BOX.TEST:PORT'])(
    '%s: the box is asked directly, without the proxy',
    async (list) => {
      const target = await box({ name: 'box.test' });
      const proxy = await startProxy();
      const { conclusion } = await run(target, {
        env: {
          https_proxy: proxy.url(),
          no_proxy: list.replace('PORT', String(target.port)),
          ...fastClock(1),
          KNOWN_HOST: 'box.test',
        },
        with: { 'verify-logout': 'true' },
      });
      expect(conclusion).toBe('success');
      expect(asked(target)).toEqual([LOGIN, LOGOUT, PROOF]);
      expect(proxy.tunnels).toEqual([]);
    },
  );

  test.each(['other.test', 'box.test:1', 'ox.test'])('%s: is about others', async (list) => {
    const target = await box({ name: 'box.test' });
    const proxy = await startProxy();
    const { conclusion } = await run(target, { env: { https_proxy: proxy.url(), no_proxy: list } });
    expect(conclusion).toBe('success');
    expect(proxy.tunnels).toHaveLength(2);
  });

  test('loopback names go past the proxy, whatever is set', async () => {
    const target = await box();
    const { conclusion } = await run(target, { env: { https_proxy: 'http://127.0.0.1:1' } });
    expect(conclusion).toBe('success');
  });
});

describe('an error names the proxy, without its credentials, and not the box', () => {
  test.each([
    [
      403,
      /^The proxy 127\.0\.0\.1:\d+ did not connect to box\.test:\d+: it answered with HTTP 403\..*lets this host through/,
    ],
    [
      407,
      /: it answered with HTTP 407\. Check the user and password in the variable 'https_proxy'/,
    ],
  ])('%i, at once', async (status, message) => {
    const proxy = await startProxy(
      status === 407 ? { credentials: 'someone:else' } : { refuse: status },
    );
    const main = await fail(await box({ name: 'box.test' }), proxy.url('someone:pr0xypass@'));
    expect(main).toMatchObject({
      annotations: [{ title: 'Proxy refused', message: expect.stringMatching(message) }],
    });
    expect(main.stdout).not.toContain('Trying again');
  });

  test('down: tried again until the time is up', async () => {
    const main = await fail(
      await box({ name: 'box.test' }),
      'http://someone:pr0xypass@127.0.0.1:1',
      fastClock(50),
    );
    expect(main).toMatchObject({
      annotations: [
        {
          title: 'Proxy failed',
          message: expect.stringMatching(
            /^The proxy 127\.0\.0\.1:1 did not connect.*ECONNREFUSED.*Tried \d+ times/,
          ),
        },
      ],
    });
  });

  test('closing its tunnel at once', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    });
    const main = await fail(
      await box({ name: 'box.test' }),
      `http://someone:pr0xypass@127.0.0.1:${await listen(server)}`,
      fastClock(50),
    );
    expect(main).toMatchObject({ annotations: [{ title: 'Proxy failed' }] });
    // At no attempt was it the box.
    expect(main.stdout).not.toContain('Cannot get an answer from');
  });

  test('opening its tunnel to nothing that answers', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    });
    const started = performance.now();
    const { main } = await run(await box({ name: 'box.test' }), {
      env: { https_proxy: `http://127.0.0.1:${await listen(server)}` },
      with: { timeout: '2' },
    });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(main.annotations).toMatchObject([{ title: 'Proxy failed' }]);
  });

  test('with a token in place of name and password', async () => {
    const target = await box({ name: 'box.test' });
    const proxy = await startProxy();
    target.strike(answerWith('{"status": "invalid", "reason": "saw t0k3n-of-proxy"}'), {
      at: LOGIN,
    });
    const { main } = await run(target, { env: { https_proxy: proxy.url('t0k3n-of-proxy@') } });
    expect(main.annotations).toMatchObject([{ message: expect.stringContaining('saw ***') }]);
  });

  test('hanging', async () => {
    const proxy = await startProxy({ refuse: 'hanging' });
    const main = await fail(
      await box({ name: 'box.test' }),
      proxy.url('someone:pr0xypass@'),
      fastClock(50),
    );
    expect(main).toMatchObject({
      annotations: [
        {
          title: 'Proxy failed',
          message: expect.stringMatching(
            /did not connect to box\.test:\d+: no connection in time\./,
          ),
        },
      ],
    });
  });

  test.each([
    'http://',
    'http://[',
    'nonsense:x:y',
    'socks5://127.0.0.1:1',
    'http://some%zz:x@host',
  ])('%s, which is no URL of a proxy', async (setting) => {
    const main = await fail(await box({ name: 'box.test' }), setting);
    expect(main).toMatchObject({
      annotations: [
        {
          title: 'Proxy setting not understood',
          message: expect.stringMatching(
            /^The variable 'https_proxy' of this runner is not the URL of a proxy\./,
          ),
        },
      ],
    });
  });

  async function fail(target: Box, https_proxy: string, env: Record<string, string> = {}) {
    const { main } = await run(target, { env: { https_proxy, ...env } });
    expect(main.exitCode).toBe(1);
    expect(main.stdout + main.stderr).not.toMatch(/pr0xypass|some%zz/);
    expect(asked(target)).toEqual([]);
    return main;
  }
});

describe('a proxy that fails later, at', () => {
  const FAILURES: ReadonlyArray<readonly [Omit<ProxyOptions, 'onTunnel'>, string]> = [
    [{ refuse: 403 }, 'it answered with HTTP 403'],
    [{ refuse: 407 }, 'it answered with HTTP 407'],
    [{ refuse: 502 }, 'it answered with HTTP 502'],
    [{ refuse: 'hanging' }, 'no connection in time'],
  ];

  test.each(FAILURES)('the logout, by %j: one warning that names the proxy', async (how, why) => {
    const target = await box({ name: 'box.test' });
    const proxy = await startProxy({ ...how, letThrough: 1 });
    const { conclusion, post } = await run(target, {
      env: { https_proxy: proxy.url('someone:pr0xypass@'), ...fastClock(10) },
    });
    expect(conclusion).toBe('success');
    expect(post.annotations).toMatchObject([
      {
        level: 'warning',
        title: 'Key not ended',
        message: expect.stringMatching(
          `The proxy 127\\.0\\.0\\.1:\\d+ did not connect to ${target.host}: ${why}\\..*two days`,
        ),
      },
    ]);
    expect(asked(target)).toEqual([LOGIN]);
  });

  test.each(FAILURES)('the proof, by %j: the job fails', async (how, why) => {
    const target = await box({ name: 'box.test' });
    const proxy = await startProxy({ ...how, letThrough: 2 });
    const { conclusion, post } = await run(target, {
      env: { https_proxy: proxy.url('someone:pr0xypass@'), ...fastClock(10) },
      with: { 'verify-logout': 'true' },
    });
    expect(conclusion).toBe('failure');
    expect(post.annotations).toMatchObject([
      { level: 'error', title: 'Sign-out not proven', message: expect.stringContaining(why) },
    ]);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('the logout, because it is down or no URL any more', async () => {
    for (const [setting, why] of [
      ['http://127.0.0.1:1', /^Could not sign out.* The proxy 127\.0\.0\.1:1 .*ECONNREFUSED/],
      ['socks5://127.0.0.1:1', /^Could not sign out.* 'https_proxy' of this runner is not the URL/],
    ] as const) {
      const target = await box({ name: 'box.test' });
      const proxy = await startProxy();
      const { conclusion, post } = await run(target, {
        env: { https_proxy: proxy.url(), ...fastClock(10) },
        after: [{ run: `echo 'https_proxy=${setting}' >> "$GITHUB_ENV"` }],
      });
      expect(conclusion).toBe('success');
      expect(post.annotations).toMatchObject([
        { level: 'warning', title: 'Key not ended', message: expect.stringMatching(why) },
      ]);
    }
  });
});

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

async function startProxy(options: Omit<ProxyOptions, 'onTunnel'> = {}) {
  const script = join(ROOT, '__tests__', 'proxy-process.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface(child.stdout);
  const [port] = await once(lines, 'line', { signal: AbortSignal.timeout(20_000) });
  const tunnels: string[] = [];
  lines.on('line', (line) => tunnels.push(JSON.parse(line)));
  return { tunnels, url: (user = '') => `http://${user}127.0.0.1:${port}` };
}
