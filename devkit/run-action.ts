import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readManifest } from './manifest.ts';

const ROOT = join(import.meta.dirname, '..');

type Variables = Readonly<Record<string, string>>;

export interface RunOptions {
  /** As under `with:`. action.yml has the defaults. */
  readonly inputs?: Variables;
  /** Variables of both steps. */
  readonly env?: Variables;
  /** Other paths for the runner's files; an empty one unsets the variable. */
  readonly files?: { readonly GITHUB_STATE?: string; readonly GITHUB_OUTPUT?: string };
  /** The later step. May return more variables for the post-step. */
  between?(main: Step): unknown;
  /** Called as each of the two processes starts. */
  onStart?(kill: (signal: NodeJS.Signals) => void, step: 'main' | 'post'): unknown;
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
  const { runs, inputs: declared } = readManifest();
  const inputs: Record<string, string> = {};
  for (const [name, { default: value = '' }] of Object.entries(declared)) inputs[name] = value;
  Object.assign(inputs, options.inputs);
  const given = Object.entries(inputs).map(
    ([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const,
  );
  const directory = mkdtempSync(join(tmpdir(), 'runner-'));
  const masks: string[] = [];
  try {
    const env = { ...baseEnvironment(), RUNNER_TEMP: directory, ...Object.fromEntries(given) };
    const main = await runStep('main', join(ROOT, runs.main), env, options, directory, masks);
    const more = await options.between?.(main);
    const state = Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]);
    const postEnv = { ...env, ...Object.fromEntries(state), ...Object(more) };
    const post = await runStep('post', join(ROOT, runs.post), postEnv, options, directory, masks);
    return { main, post };
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Without what the environment could change: Node options, proxies, other certificates. */
function baseEnvironment(): Record<string, string> {
  const names = ['PATH', 'Path', 'SystemRoot', 'TEMP', 'TMP', 'HOME'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

async function runStep(
  name: 'main' | 'post',
  script: string,
  env: Record<string, string>,
  { env: extra, files, onStart, onLine }: RunOptions,
  directory: string,
  masks: string[],
): Promise<Step> {
  const paths: Record<string, string> = {};
  for (const variable of ['GITHUB_STATE', 'GITHUB_OUTPUT'] as const) {
    const own = join(directory, `${name}-${variable}`);
    writeFileSync(own, '');
    paths[variable] = files?.[variable] ?? own;
  }
  const defined = Object.entries({ ...env, ...paths, ...extra }).filter(
    ([variable, value]) => !(variable in paths && value === ''),
  );
  const child = spawn(process.execPath, [script], {
    cwd: directory,
    env: Object.fromEntries(defined),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A Ctrl-C in the terminal doesn't reach the step, least of all the post-step.
    detached: process.platform !== 'win32',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  const step = {
    log: [] as string[],
    masks: [] as string[],
    annotations: [] as Step['annotations'],
  };
  let raw = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      raw += chunk;
    });
    createInterface(stream).on('line', (line) => {
      const [, command, , title = '', data = ''] =
        /^::([\w-]+)( title=([^:]*))?::(.*)$/.exec(line) ?? [];
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
  onStart?.(kill, name);
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
    (resolve, reject) => {
      child.on('error', reject).on('close', (...end) => resolve(end));
    },
  );
  const { GITHUB_STATE = '', GITHUB_OUTPUT = '' } = paths;
  return {
    ...step,
    exitCode,
    signal,
    raw,
    outputs: readCommandFile(GITHUB_OUTPUT),
    state: readCommandFile(GITHUB_STATE),
  };
}

function decode(text: string): string {
  const codes: Record<string, string> = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',' };
  return text.replace(/%(0D|0A|3A|2C)/g, (code) => codes[code] ?? '').replaceAll('%25', '%');
}

/** The values in a command file: `name=value`, or `name<<delimiter`, the value and the delimiter on lines. */
export function readCommandFile(path: string): Record<string, string> {
  const values: Record<string, string> = {};
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return values;
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, name = '', delimiter = ''] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    const equals = line.indexOf('=');
    if (delimiter !== '') {
      const end = lines.indexOf(delimiter);
      if (end < 0) throw new Error(`${path}: the value of ${name} has no end`);
      values[name] = lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join('\n');
    } else if (equals > 0) values[line.slice(0, equals)] = line.slice(equals + 1);
    else if (line !== '') throw new Error(`${path}: invalid line '${line}'`);
  }
  return values;
}
