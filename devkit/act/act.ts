import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { certificate } from '../box/certificates.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
/** The CA of the stand-in box, which examples and commands trust as if it were a public one. */
const directory = mkdtempSync(join(tmpdir(), 'act-'));
export const CA_FILE = join(directory, 'ca.pem');
writeFileSync(CA_FILE, certificate('issued').ca);
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

/** Runs a workflow of a repository on this machine, without a container. */
export function act(
  event: string,
  workflow: string,
  cwd: string,
  more: readonly string[],
): Promise<{ readonly exitCode: unknown; readonly output: string }> {
  const labels = ['ubuntu-latest', 'self-hosted', 'docker'];
  const platforms = labels.map((label) => `--platform=${label}=-self-hosted`);
  const path = join('.github', 'workflows', workflow);
  // act runs actions with the first node on the PATH.
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const options = { cwd, env: { ...process.env, PATH }, maxBuffer: 10_000_000 };
  const args = [event, '--workflows', path, ...platforms, ...more];
  return new Promise((resolve) => {
    execFile('act', args, options, (error, ...output) =>
      resolve({ exitCode: error?.code ?? 0, output: output.join('') }),
    );
  });
}
