/** `npm run e2e`: runs .github/workflows/e2e.yml on this machine, by the runner act. */
import { act } from './act.ts';

process.exitCode = await act(
  'workflow_dispatch',
  '.github/workflows/e2e.yml',
  process.argv.slice(2),
);
