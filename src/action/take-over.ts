import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BoxError, KEY_LOST } from '../box/errors.ts';
import { readStateFile, type State } from './runner-files.ts';

/** Milliseconds: a cancelled main ends within 9,800. */
const PATIENCE_MS = 10_000;

/** What main saved after the runner had read its state. In a job container, cancelling ends only the runner's
 * `docker exec`: main gets no signal, continues beside the post-step, and may still get a key. So this ends main first.
 * @throws BoxError if the box may have issued a key that nobody has */
export async function takeOver({ file }: State): Promise<State> {
  const main = findMain(file);
  if (main === undefined) return readStateFile(file);
  const isRunning = () => findMain(main.file)?.pid === main.pid;
  const send = async (signal: NodeJS.Signals) => isRunning() && process.kill(main.pid, signal);
  const until = Date.now() + PATIENCE_MS;
  await send('SIGINT').catch(() => false);
  while (isRunning() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  const mustKill = await send('SIGKILL').catch(() => false);
  const state = readStateFile(main.file);
  if (state.api_key !== '' || (state.lost === '' && !mustKill)) return state;
  throw new BoxError('Cancelled', 'The sign-in was cancelled', { remedy: KEY_LOST });
}

/** The main step with this state file, if it is running: this step's Node with the script beside this one. If it had no
 * time to save the path of the file, that is beside the state file of this step. Containers have Linux. */
function findMain(file: string): { readonly pid: number; readonly file: string } | undefined {
  const directory = dirname(`${process.env['GITHUB_STATE']}`);
  const beside = process.argv[1]?.replace(/post\.cjs$/, 'main.cjs');
  for (const pid of process.platform === 'linux' ? readdirSync('/proc') : []) {
    try {
      const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
      const [, script = ''] = read('cmdline').split('\0');
      if (!script.endsWith('main.cjs') || resolve(readlinkSync(`/proc/${pid}/cwd`), script) !== beside) continue;
      const [, own = ''] = /\0GITHUB_STATE=([^\0]*)/.exec(`\0${read('environ')}`) ?? [];
      if (file === '' ? dirname(own) === directory : own === file) return { pid: Number(pid), file: own };
    } catch {} // Not a process, or it has ended.
  }
  return undefined;
}
