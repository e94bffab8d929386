import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { asked, box, certificate, listen, run } from '../support.ts';

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
    const { key, cert, ca } = certificate('issued', 'localhost') ?? { key: '', cert: '', ca: '' };
    const server = createTls({
      key,
      cert,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    server.on('tlsClientError', () => {});
    // Even where the environment lets Node speak what it should not.
    const env = { NODE_OPTIONS: '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0' };
    await refused(server, ca, /it offers only versions of TLS older than 1\.2/, env);
  });

  test.each([
    ['plain HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a mail server', '220 box.example.com ESMTP Postfix\r\n'],
  ])('%s on the port', async (_, banner) => {
    const server = createServer((socket: Socket) => socket.on('error', () => {}).end(banner));
    await refused(server, '', /what answers there does not speak TLS/);
  });

  async function refused(server: Server, ca: string, message: RegExp, env = {}) {
    let received = '';
    server.on('connection', (socket: Socket) => {
      socket.on('data', (data) => {
        received += data.toString('latin1');
      });
    });
    const port = await listen(server);
    const { main } = await run({ host: `localhost:${port}`, ca }, { env });
    expect(main).toMatchObject({
      exitCode: 1,
      annotations: [{ title: 'No secure connection', message: expect.stringMatching(message) }],
    });
    expect(main.annotations[0]?.message).toMatch(NOTHING_SENT);
    expect(received).not.toContain('Authorization');
  }
});
