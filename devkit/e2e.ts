/** `npm run e2e`: runs .github/workflows/e2e.yml on this machine, by the runner act. */
import { act } from './act.ts';

const args = process.argv.slice(2);
const { code } = await act('workflow_dispatch', '.github/workflows/e2e.yml', args);
process.exitCode = code;
