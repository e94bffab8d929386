import { type ChildProcess, spawn } from 'node:child_process';

/** How the runner cancels a step: milliseconds from one signal to the next. */
const CANCEL = [
  ['SIGINT', 7_500],
  ['SIGTERM', 2_500],
  ['SIGKILL', 0],
] as const;

export interface ProcessResult {
  /** Nothing where a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Gets each line of both streams as it comes. */
  readonly onLine: (line: string) => void;
  /** Cancels the process as the runner would. */
  readonly cancel: AbortSignal;
  /** Gets a function that sends a signal of the test's own. */
  readonly onStart?: ((kill: (signal: NodeJS.Signals) => void) => void) | undefined;
}

/** Runs a process to its end and keeps all that it prints. */
export function runProcess(
  command: string,
  args: readonly string[],
  { cwd, env, onLine, cancel, onStart }: ProcessOptions,
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    // In a group of its own, so that what it started can be killed with it.
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const output = { stdout: '', stderr: '' };
    const splitters = (['stdout', 'stderr'] as const).map((name) => {
      const splitter = new LineSplitter(onLine);
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        output[name] += chunk;
        splitter.push(chunk);
      });
      return splitter;
    });

    let next: NodeJS.Timeout | undefined;
    const step = (index: number) => {
      const [signal, wait] = CANCEL[index] ?? [];
      if (signal === undefined) return;
      if (signal === 'SIGKILL') killTree(child);
      else child.kill(signal);
      next = setTimeout(step, wait, index + 1);
    };
    const onCancel = () => step(0);
    cancel.addEventListener('abort', onCancel, { once: true });
    onStart?.((signal) => child.kill(signal));

    child.on('error', reject);
    // What the process started may hold its streams open; the runner waits for them 5 s.
    child.on('exit', () => {
      setTimeout(() => {
        for (const name of ['stdout', 'stderr'] as const) child[name].destroy();
      }, 5_000).unref();
    });
    child.on('close', (exitCode, signal) => {
      clearTimeout(next);
      cancel.removeEventListener('abort', onCancel);
      for (const splitter of splitters) splitter.end();
      resolve({ exitCode, signal, ...output });
    });
  });
}

function killTree(child: ChildProcess): void {
  try {
    process.kill(process.platform === 'win32' ? (child.pid ?? 0) : -(child.pid ?? 0), 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Splits what comes in pieces into lines, at `\n`, `\r` and `\r\n`. */
class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split(/\r\n|\n|\r(?!$|\n)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    const line = this.#rest.replace(/\r$/, '');
    if (line !== '') this.#onLine(line);
  }
}
