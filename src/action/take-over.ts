import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BoxError, KEY_LOST } from '../box/errors.ts';
import { readStateFile, type State } from './runner-files.ts';

/** Milliseconds: a cancelled main ends within 9,800. */
const PATIENCE_MS = 10_000;

/** What main saved after the runner had read its state. In a job container, cancelling ends only the runner's
 * `docker exec`: main gets no signal, works on beside the post-step, and may still get a key. So this ends main first.
 * @throws BoxError if the box may have issued a key that nobody has */
export async function takeOver({ file }: State): Promise<State> {
  const main = findMain(file);
  if (main === undefined) return readStateFile(file);
  process.kill(main.pid, 'SIGINT');
  const until = Date.now() + PATIENCE_MS;
  const isRunning = () => findMain(main.file)?.pid === main.pid;
  while (isRunning() && Date.now() < until) await pause(50);
  const mustKill = isRunning();
  if (mustKill) process.kill(main.pid, 'SIGKILL');
  const state = readStateFile(main.file);
  if (state.api_key !== '' || (state.lost === '' && !mustKill)) return state;
  throw new BoxError('Cancelled', 'The sign-in was ended before it was complete', { remedy: KEY_LOST });
}

/** The main step with this state file, if it is running. If it had no time to save the path of the file, it is the one
 * of this job: its state file is beside that of this post-step. Containers have Linux. */
function findMain(file: string): { readonly pid: number; readonly file: string } | undefined {
  const main = join(dirname(`${process.argv[1]}`), 'main.cjs');
  const directory = dirname(`${process.env['GITHUB_STATE']}`);
  // Not all are processes, and some end meanwhile.
  for (const pid of existsSync('/proc/self/environ') ? readdirSync('/proc') : []) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(main)) continue;
      const [, own = ''] = /(?:^|\0)GITHUB_STATE=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? [];
      if (file === '' ? dirname(own) === directory : own === file) return { pid: Number(pid), file: own };
    } catch {}
  }
  return undefined;
}
