import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { startBox } from '../../devkit/box/box.ts';
import { type CertificateKind, certificate } from '../../devkit/box/certificates.ts';
import { startProxy } from '../../devkit/box/proxy.ts';
import { ACCOUNTS, expectJob, failed, GOOD, LOGIN, notSignedOut, preload, run } from '../support.ts';

const UNTRUSTED = failed('Certificate not trusted', []);
const INSECURE = failed('TLS failed', []);
const PROXY_REJECTS = failed('Proxy unreachable', []);

const SELF_SIGNED = certificate('self-signed');
const OTHER_CA = certificate('by-expired-ca').ca;

const directory = mkdtempSync(join(tmpdir(), 'trust-'));
afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
/** Has the CA of the stand-in box, and the certificate of the stand-in proxy. */
const CA_FILE = join(directory, 'ca.pem');
writeFileSync(CA_FILE, certificate('issued').ca + SELF_SIGNED.ca);

const EXTRA = { NODE_EXTRA_CA_CERTS: CA_FILE };
const OPENSSL = { SSL_CERT_FILE: CA_FILE, NODE_OPTIONS: '--use-openssl-ca' };
const UNCHECKED = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };

test.concurrent.each([
  ['NODE_EXTRA_CA_CERTS', EXTRA],
  ['SSL_CERT_FILE', OPENSSL],
] as const)('%s is trusted, but not beside ca-certificate', async (_, env) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const other = await run(box, { inputs: { 'ca-certificate': OTHER_CA }, env });
  expectJob(box, other, UNTRUSTED);
  const steps = await run(box, { inputs: { 'ca-certificate': '' }, env });
  expectJob(box, steps, GOOD);
});

test.concurrent.each([
  ['no ca-certificate', ''],
  ['another ca-certificate', OTHER_CA],
])('NODE_TLS_REJECT_UNAUTHORIZED has no effect with %s', async (_, ca) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const steps = await run(box, { inputs: { 'ca-certificate': ca }, env: UNCHECKED });
  expectJob(box, steps, UNTRUSTED);
});

test.concurrent('ca-certificate replaces the public CAs', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const env = preload(`import tls from 'node:tls';
    const { createSecureContext } = tls;
    tls.createSecureContext = (options) => {
      console.log('CAs: ' + [options.ca].flat().join().match(/BEGIN CERTIFICATE/g)?.length);
      return createSecureContext(options);
    };`);
  const { main, post } = await run(box, { env });
  for (const { log } of [main, post]) {
    expect(log.filter((line) => line.startsWith('CAs'))).toEqual(['CAs: 1']);
  }
});

test.concurrent('options of Node do not lower the version of TLS', async () => {
  await using box = await startBox({ accounts: ACCOUNTS, protocol: 'old-tls' });
  const NODE_OPTIONS = '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0';
  expectJob(box, await run(box, { env: { NODE_OPTIONS } }), INSECURE);
});

test.concurrent.each<[CertificateKind, 'true' | 'false', 'warning' | 'error']>([
  ['expired', 'false', 'warning'],
  ['self-signed', 'true', 'error'],
])('a certificate that changes to %s, verify-logout: %s: %s', async (kind, verify, level) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const between = () => box.serve(certificate(kind));
  const steps = await run(box, { inputs: { 'verify-logout': verify }, env: UNCHECKED, between });
  expectJob(box, steps, notSignedOut(level, 'Sign-out failed', [LOGIN]));
});

test.concurrent.each([
  ['http', {}],
  // Not for the name of the box.
  ['https', { tls: SELF_SIGNED }],
] as const)('main and post use a proxy over %s', async (_, options) => {
  await using box = await startBox({ accounts: ACCOUNTS, name: 'box.test' });
  await using proxy = await startProxy({ ...options, credentials: 'us er:pr0xy p@ss%' });
  const steps = await run(box, { env: { https_proxy: proxy.url, ...EXTRA } });
  expectJob(box, steps, GOOD);
  expect(proxy.tunnels).toEqual([box.host, box.host]);
  expect(steps.main.raw + steps.post.raw).not.toMatch(/^\(node:\d+\)/m);
});

test.concurrent.each([
  ['issued', UNCHECKED],
  ['other-name', EXTRA],
] as const)('an untrusted proxy gets no credentials: %s', async (kind, trust) => {
  await using box = await startBox({ accounts: ACCOUNTS, name: 'box.test' });
  await using proxy = await startProxy({ tls: certificate(kind), credentials: 'us er:pr0xy-pass' });
  const steps = await run(box, { env: { https_proxy: proxy.url, ...trust } });
  expectJob(box, steps, PROXY_REJECTS);
  expect(proxy.tunnels).toEqual([]);
});
