import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { certificate } from '../box/certificates.ts';
import { ACT, PATH } from './tools.ts';

const directory = mkdtempSync(join(tmpdir(), 'e2e-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

/** The CA of the stand-in box. */
export const CA_FILE = join(directory, 'ca.pem');
writeFileSync(CA_FILE, certificate('issued').ca);

/** The CA of the stand-in box among the public ones. */
const BUNDLE = join(directory, 'bundle.pem');
const publicCas = (['bundled', 'system', 'extra'] as const).flatMap(getCACertificates);
writeFileSync(BUNDLE, [...new Set(publicCas), certificate('issued').ca].join('\n'));

/** Variables with which programs trust the stand-in box as if its certificate were from a public CA. */
export const TRUST = {
  CURL_CA_BUNDLE: BUNDLE,
  NODE_EXTRA_CA_CERTS: BUNDLE,
  REQUESTS_CA_BUNDLE: BUNDLE,
  SSL_CERT_FILE: BUNDLE,
};

/** Runs a workflow of a repository on this machine, without a container. */
export function act(
  event: string,
  workflow: string,
  cwd: string,
  more: readonly string[],
  cancel?: AbortSignal,
): Promise<{ readonly exitCode: unknown; readonly output: string }> {
  const labels = ['ubuntu-latest', 'self-hosted', 'docker'];
  const platforms = labels.map((label) => `--platform=${label}=-self-hosted`);
  const path = join('.github', 'workflows', workflow);
  // act runs actions with the first node on the PATH.
  const env = { ...process.env, PATH: [dirname(process.execPath), PATH].join(delimiter) };
  const options = { cwd, env, maxBuffer: 10_000_000, timeout: 300_000 };
  const args = [event, '--workflows', path, ...platforms, ...more];
  return new Promise((resolve) => {
    const child = execFile(ACT, args, options, (error, ...output) =>
      // A signal leaves no exit code.
      resolve({ exitCode: error === null ? 0 : (error.code ?? 1), output: output.join('') }),
    );
    cancel?.addEventListener('abort', () => child.kill('SIGINT'));
  });
}
