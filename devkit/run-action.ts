import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readManifest } from './manifest.ts';

const ROOT = join(import.meta.dirname, '..');
const manifest = readManifest();

type Variables = Readonly<Record<string, string>>;

export interface RunOptions {
  /** As under `with:`. action.yml has the defaults. */
  readonly inputs?: Variables;
  /** Variables of both steps. */
  readonly env?: Variables;
  /** Path of the Node that runs the steps. Default: the one that runs this. */
  readonly node?: string;
  /** Other paths for the runner's files; an empty one unsets the variable. */
  readonly files?: { readonly GITHUB_STATE?: string; readonly GITHUB_OUTPUT?: string };
  /** The later step. May return more variables for the post-step. */
  between?(main: Step): unknown;
  /** Called as each of the two processes starts. */
  onStart?(kill: (signal: NodeJS.Signals) => void, step: 'main' | 'post', closeLog: () => void): unknown;
  /** As in a job container: once this resolves, the job is cancelled. No signal reaches main, whose log may lose its
   * reader; the post-step starts beside it, with the state of that moment. */
  cancelled?(closeLog: () => void): Promise<unknown>;
  /** Called for each line of the log, as people see it. */
  onLine?(line: string, kill: (signal: NodeJS.Signals) => void): unknown;
}

export interface Step {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** As people see it, masked. */
  readonly log: string[];
  readonly masks: string[];
  readonly annotations: Array<{ level: 'error' | 'warning'; title: string; message: string }>;
  readonly outputs: Record<string, string>;
  readonly state: Record<string, string>;
  /** All that the process printed, unmasked. */
  readonly raw: string;
}

/** Runs the built action as a runner does: main, what lies between, and post, however main ended. */
export async function runAction(options: RunOptions = {}): Promise<{ main: Step; post: Step }> {
  const directory = mkdtempSync(join(tmpdir(), 'runner-'));
  const masks: string[] = [];
  try {
    const env = { ...baseEnvironment(), ...inputVariables(options), RUNNER_TEMP: directory, ...options.env };
    const running = spawnStep('main', env, options, directory, masks);
    await (options.cancelled?.(running.closeLog) ?? running.ended);
    // What main printed in a container doesn't reach the runner, nor do its masks.
    const known = options.cancelled ? [] : masks;
    const states = Object.entries(running.readState()).map(([name, value]) => [`STATE_${name}`, value]);
    const more = options.between && (await options.between(await running.ended));
    // The state comes last, so that no variable of the job can take the place of one.
    const postEnv = Object.assign({ ...env, ...Object.fromEntries(states) }, more);
    const post = await spawnStep('post', postEnv, options, directory, known).ended;
    return { main: await running.ended, post };
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Without what the environment could change: Node options, proxies, other certificates. */
function baseEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'Path', 'SystemRoot', 'TEMP', 'TMP', 'HOME'];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.includes(name)));
}

function inputVariables({ inputs }: RunOptions): Variables {
  const declared = Object.entries(manifest.inputs).map(([name, field]) => [name, field.default]);
  const all = Object.entries<string>({ ...Object.fromEntries(declared), ...inputs });
  return Object.fromEntries(all.map(([name, value = '']) => [`INPUT_${name.toUpperCase()}`, value]));
}

function spawnStep(
  name: 'main' | 'post',
  env: NodeJS.ProcessEnv,
  { node = process.execPath, files, onStart, onLine }: RunOptions,
  directory: string,
  masks: string[],
) {
  const own = (variable: string) => join(directory, `${name}-${variable}`);
  const paths = { GITHUB_STATE: own('state'), GITHUB_OUTPUT: own('output') };
  for (const path of Object.values(paths)) writeFileSync(path, '');
  const { GITHUB_STATE, GITHUB_OUTPUT } = Object.assign(paths, files);
  const child = spawn(node, [join(ROOT, manifest.runs[name])], {
    cwd: directory,
    env: {
      ...env,
      GITHUB_STATE: GITHUB_STATE || undefined,
      GITHUB_OUTPUT: GITHUB_OUTPUT || undefined,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A Ctrl-C in the terminal doesn't reach the step, least of all the post-step.
    detached: process.platform !== 'win32',
    // On Windows, that takes its own console.
    windowsHide: true,
    // Time for a debugger.
    timeout: env['NODE_OPTIONS']?.includes('--inspect') ? undefined : 60_000,
    killSignal: 'SIGKILL',
  });
  const kill = (signal: NodeJS.Signals) => {
    // CTRL_C and CTRL_BREAK. On Windows, `child.kill` would end the process at once.
    const event = ['SIGINT', 'SIGBREAK'].indexOf(signal);
    if (process.platform !== 'win32' || event < 0) return void child.kill(signal);
    const script = join(import.meta.dirname, 'console-event.ps1');
    const options = ['-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', script];
    return void spawn('powershell', [...options, `${child.pid}`, `${event}`], { stdio: 'inherit' });
  };
  const step: Pick<Step, 'log' | 'masks' | 'annotations'> = { log: [], masks: [], annotations: [] };
  let raw = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      raw += chunk;
    });
    createInterface(stream).on('line', (line) => {
      const [, command, , title = '', data = ''] = /^::([\w-]+)( title=([^:]*))?::(.*)$/.exec(line) ?? [];
      const text = decode(data);
      if (command === 'add-mask') {
        step.masks.push(text);
        masks.push(text);
        return;
      }
      const shown = masks.reduce((all, mask) => all.replaceAll(mask, '***'), text || line);
      if (command === 'error' || command === 'warning') {
        step.annotations.push({ level: command, title: decode(title), message: text });
        step.log.push(`${command === 'error' ? 'Error' : 'Warning'}: ${shown}`);
      } else step.log.push(command === 'debug' ? `##[debug]${shown}` : shown);
      onLine?.(step.log.at(-1) ?? '', kill);
    });
  }
  const closeLog = () => void child.stdout.destroy();
  onStart?.(kill, name, closeLog);
  const readState = () => readCommandFile(GITHUB_STATE);
  const ended = once(child, 'close').then(([exitCode, signal]): Step => {
    return { ...step, exitCode, signal, raw, outputs: readCommandFile(GITHUB_OUTPUT), state: readState() };
  });
  return { ended, readState, closeLog };
}

function decode(text: string): string {
  const codes: Record<string, string> = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',' };
  return text.replace(/%(0D|0A|3A|2C)/g, (code) => codes[code] ?? '').replaceAll('%25', '%');
}

/** The values in a command file: `name=value`, or `name<<delimiter`, the value and the delimiter on lines. */
export function readCommandFile(path: string): Record<string, string> {
  const values: Record<string, string> = {};
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return values;
  const entry = /^([^=\n]+?)(?:=(.*)|<<(.+)\n(?:([\s\S]*?)\n)?\3)$/gm;
  const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  const rest = text.replace(entry, (_, name, value, _delimiter, lines = '') => {
    values[name] = value ?? lines;
    return '';
  });
  if (rest.trim() !== '') throw new Error(`${path}: invalid lines '${rest.trim()}'`);
  return values;
}
