import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { Box, BoxOptions } from '../../devkit/box/box.ts';
import type { Fault } from '../../devkit/box/faults.ts';
import { HOSTILE_NAME } from '../make-certificates.ts';
import { asked, box, certificate, LOGIN, LOGOUT, listen, type Run, run } from '../support.ts';

const GIVE = /Give it to the action as 'ca-certificate', or let the box get one from Let's Encrypt/;
const NOTHING_SENT = /No credentials were sent\./;

describe('a certificate that is not trusted: named, with its remedy, and no credential sent', () => {
  test.each([
    ['expired', 'expired', /it has expired.*Renew it on the box/],
    ['not yet valid', 'not-yet-valid', /it is not valid yet.*Check the clocks/],
  ] as const)('%s', async (_, kind, message) => {
    const target = await box({ certificate: kind });
    await refused(target, {}, message);
  });

  test('for another name', async () => {
    const target = await box({ certificate: certificate('issued', 'box.test') });
    await refused(
      target,
      {},
      /it is for another name \(DNS:box\.test, IP Address:127\.0\.0\.1.*\)\. .*as the input 'host'/,
    );
  });

  test('with another CN, and no name besides', async () => {
    const target = await box({ certificate: certificate('self-signed', 'box.test') });
    await refused(target, {}, /it is for another name \(CN:box\.test\)/);
  });

  test('self-signed', async () => {
    await refused(await box({ certificate: 'self-signed' }), { 'ca-certificate': '' }, GIVE);
  });

  test('of an authority that nobody knows', async () => {
    await refused(
      await box(),
      { 'ca-certificate': '' },
      /from an authority that this runner does not know.*the certificate of the authority/,
    );
  });

  test('other than ca-certificate', async () => {
    const ca = certificate('self-signed', 'box.test').ca;
    await refused(
      await box(),
      { 'ca-certificate': ca },
      /Check that 'ca-certificate' is the certificate that the box serves now/,
    );
  });

  async function refused(
    target: Awaited<ReturnType<typeof box>>,
    inputs: Record<string, string>,
    message: RegExp,
  ) {
    // Twice: with the variable that turns Node's own check off, too.
    for (const env of [{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }]) {
      const { main } = await run(target, { with: inputs, env });
      expect(main).toMatchObject({
        exitCode: 1,
        annotations: [
          { title: 'Certificate not trusted', message: expect.stringMatching(message) },
        ],
      });
      expect(main.annotations[0]?.message).toMatch(NOTHING_SENT);
    }
    expect(asked(target)).toEqual([]);
    expect(target.connections).toBe(2);
  }
});

describe('no TLS as it should be: named, and no credential sent', () => {
  test('TLS 1.1 only', async () => {
    const target = await box({ oldTls: true });
    // Even where the environment lets Node speak what it should not.
    const env = { NODE_OPTIONS: '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0' };
    const { main } = await run(target, { env });
    expectRefusal(main, /it offers only versions of TLS older than 1\.2/);
    expect(asked(target)).toEqual([]);
  });

  test.each([
    ['plain HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a mail server', '220 box.example.com ESMTP Postfix\r\n'],
  ])('%s on the port', async (_, banner) => {
    let received = '';
    const server = createServer((socket: Socket) => {
      socket.on('error', () => {}).end(banner);
      socket.on('data', (data) => {
        received += data.toString('latin1');
      });
    });
    const { main } = await run({ host: `localhost:${await listen(server)}`, ca: '' });
    expectRefusal(main, /what answers there does not speak TLS/);
    expect(received).not.toContain('Authorization');
  });

  function expectRefusal(main: Run['main'], message: RegExp) {
    expect(main).toMatchObject({
      exitCode: 1,
      annotations: [{ title: 'No secure connection', message: expect.stringMatching(message) }],
    });
    expect(main.annotations[0]?.message).toMatch(NOTHING_SENT);
  }
});

test.each([
  ['subjectAltName', 'issued'],
  ['CN', 'self-signed'],
] as const)('a hostile name as %s is cleaned like all foreign text', async (_, kind) => {
  const target = await box({ certificate: certificate(kind, HOSTILE_NAME) });
  const { main } = await run(target);
  expect(main.annotations).toMatchObject([
    {
      title: 'Certificate not trusted',
      message: expect.stringMatching(/is for another name \(.*x.*y/),
    },
  ]);
  expect(main.stdout).not.toMatch(/^::error::|##\[|\u001b/m);
});

describe('a box that changes after the login', () => {
  type Change = readonly [string, (target: Box) => unknown, RegExp];
  const OTHERS = [
    certificate('expired', 'localhost'),
    certificate('not-yet-valid', 'localhost'),
    certificate('other-name', 'localhost'),
  ] as const;
  const [expired, early, elsewhere] = OTHERS;
  const CHANGES: readonly Change[] = [
    ['an expired certificate', (target) => target.serve(expired), /it has expired/],
    ['one that is not valid yet', (target) => target.serve(early), /it is not valid yet/],
    ['one for another name', (target) => target.serve(elsewhere), /\(DNS:elsewhere\.example\)/],
    [
      'a self-signed one',
      (target) => target.serve(certificate('self-signed', 'localhost')),
      /it is self-signed/,
    ],
    [
      'one of another authority',
      (target) => target.serve(certificate('issued', 'box.test')),
      /an authority that this runner does not know/,
    ],
    ['TLS 1.1', (target) => replace(target, { oldTls: true }), /versions of TLS older than 1\.2/],
    ['plain HTTP', (target) => replace(target, { scheme: 'http' }), /does not speak TLS/],
  ];
  /** Those of the other certificates as well, so that nothing else is wrong with them. */
  const trusting = (target: Box) => ({
    'ca-certificate': [target, ...OTHERS].map(({ ca }) => ca).join('\n'),
  });

  test.each(CHANGES)('to %s: the logout sends nothing and warns once', async (_, change, why) => {
    const target = await box();
    const { conclusion, post } = await run(target, {
      with: trusting(target),
      after: [{ call: () => change(target) }],
    });
    expect(conclusion).toBe('success');
    expect(post.annotations).toMatchObject([
      { level: 'warning', title: 'Key not ended', message: expect.stringMatching(why) },
    ]);
    expect(post.annotations[0]?.message).toMatch(/No credentials were sent\. .*two days/);
    expect(asked(target)).toEqual([LOGIN]);
  });

  test.each(CHANGES)('to %s before the proof: the job fails', async (_, change, why) => {
    const target = await box();
    const thenChange: Fault = async ({ send }) => {
      await send();
      await change(target);
    };
    target.strike(thenChange, { at: LOGOUT });
    const { conclusion, post } = await run(target, {
      with: { ...trusting(target), 'verify-logout': 'true' },
    });
    expect(conclusion).toBe('failure');
    expect(post.annotations).toMatchObject([
      { level: 'error', title: 'Sign-out not proven', message: expect.stringMatching(why) },
    ]);
    expect(asked(target)).toEqual([LOGIN, LOGOUT]);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  async function replace(target: Box, options: BoxOptions) {
    await target.close();
    await box({ ...options, port: target.port });
  }
});
