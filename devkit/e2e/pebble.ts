import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { certificate } from '../box/certificates.ts';
import { PEBBLE } from './tools.ts';

/** Starts Pebble, Let's Encrypt's ACME server for tests, with one name server as its resolver. */
export async function startPebble(dnsServer: string) {
  const files = mkdtempDisposableSync(join(tmpdir(), 'pebble-'));
  const write = (name: string, content: string) => {
    writeFileSync(join(files.path, name), content);
    return join(files.path, name);
  };
  const { key, cert, ca } = certificate('issued');
  const [acme, management] = await Promise.all([freePort(), freePort()]);
  const pebble = {
    listenAddress: `127.0.0.1:${acme}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: write('cert.pem', cert),
    privateKey: write('key.pem', key),
  };
  const config = write('config.json', JSON.stringify({ pebble }));
  // By default Pebble waits before a validation and rejects some valid requests, to test clients.
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' };
  const server = spawn(PEBBLE, ['-config', config, '-dnsserver', dnsServer], { env });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const read = (data: Buffer) => {
      log += data;
      if (log.includes('ACME directory available at')) resolve();
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.on('error', reject).on('exit', () => reject(new Error(`Pebble ended: ${log}`)));
  }).catch((error) => {
    files.remove();
    throw error;
  });

  return {
    /** Address of the ACME directory. */
    directory: `https://localhost:${acme}/dir`,
    /** The names in the certificate that a text contains. Throws if this Pebble didn't issue it. */
    namesIn: async (log: string): Promise<string[]> => {
      const [pem] = log.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/) ?? [];
      if (pem === undefined) throw new Error(`No certificate: ${log}`);
      const get = async (path: string) => {
        const [response] = await once(request(`https://localhost:${management}${path}`, { ca }).end(), 'response');
        return new X509Certificate(await text(response));
      };
      const [root, intermediate] = [await get('/roots/0'), await get('/intermediates/0')];
      const leaf = new X509Certificate(pem);
      const isIssued = leaf.verify(intermediate.publicKey) && intermediate.verify(root.publicKey);
      if (!isIssued) throw new Error(`Not issued by Pebble: ${pem}`);
      return (leaf.subjectAltName ?? '').replaceAll('DNS:', '').split(', ').toSorted();
    },
    [Symbol.asyncDispose]: async () => {
      if (server.kill()) await once(server, 'exit');
      files.remove();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await once(server.close(), 'close');
  return port;
}
