import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Action, readAction } from './action.ts';
import { readKeyValues, readLines } from './command-files.ts';
import { parseCommand } from './commands.ts';
import { type Contexts, holds, interpolate } from './expressions.ts';
import { Masker } from './masker.ts';
import { type ProcessResult, runProcess } from './process.ts';

type Variables = Readonly<Record<string, string>>;

interface StepBase {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly env?: Variables;
  readonly 'continue-on-error'?: boolean;
}

/** A step in the words of a workflow file. `${{ … }}` is evaluated in `with`, `env`, `run` and `if`. */
export type Step =
  | (StepBase & {
      /** The folder of an action. */
      readonly uses: string;
      readonly with?: Variables;
      /** For tests: other paths for the files of state and outputs; an empty one unsets the variable. */
      readonly commandFiles?: { readonly GITHUB_STATE?: string; readonly GITHUB_OUTPUT?: string };
      /** For tests: gets a function that sends signals to the main process. */
      readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
    })
  | (StepBase & {
      readonly run: string;
      /** Default: bash. A command with `{0}` for the script. */
      readonly shell?: string;
    })
  /** A step that this process does itself; it fails by throwing. */
  | (StepBase & { readonly call: (contexts: Contexts) => unknown });

export interface Job {
  readonly steps: readonly Step[];
  readonly env?: Variables;
  /** Masked from the start, as the runner does. */
  readonly secrets?: Variables;
  /** Expressions, evaluated at the end of the job. */
  readonly outputs?: Variables;
  /** Debug logging. */
  readonly debug?: boolean;
  /** Cancels the job. */
  readonly cancel?: AbortSignal;
  /** Gets the name of each step and post-step as it starts. */
  readonly onStep?: (name: string) => void;
  /** Gets each line of the log as it comes, masked. */
  readonly onLine?: (line: string) => void;
}

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string | undefined;
  readonly message: string;
}

type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

export interface StepResult {
  readonly name: string;
  readonly conclusion: Conclusion;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** As the process wrote them, with no mask. */
  readonly stdout: string;
  readonly stderr: string;
  /** As people see it. */
  readonly log: readonly string[];
  readonly annotations: readonly Annotation[];
  readonly outputs: Variables;
  readonly state: Variables;
}

export interface JobResult {
  readonly conclusion: Conclusion;
  /** In the order in which they ran; the posts have the names of their steps with `Post ` before them. */
  readonly steps: readonly StepResult[];
  readonly log: readonly string[];
  /** Outputs that hold a secret are left out, as the runner does. */
  readonly outputs: Variables;
}

/** Runs a job as GitHub's runner does, with real processes. */
export async function runJob(job: Job): Promise<JobResult> {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  try {
    return await new Runner(job, folder).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Post {
  readonly step: Extract<Step, { uses: string }>;
  readonly action: Action;
  /** What main saved. */
  state: Variables;
}

class Runner {
  readonly #job: Job;
  readonly #temp: string;
  readonly #workspace: string;
  readonly #masker = new Masker();
  readonly #results: StepResult[] = [];
  readonly #log: string[] = [];
  readonly #posts: Post[] = [];
  readonly #steps: Record<
    string,
    { outputs: Variables; outcome: Conclusion; conclusion: Conclusion }
  > = {};
  readonly #cancel: AbortSignal;
  #env: Record<string, string>;
  #path: string[] = [];
  #failed = false;

  constructor(job: Job, folder: string) {
    this.#job = job;
    this.#cancel = job.cancel ?? new AbortController().signal;
    this.#env = { ...job.env };
    this.#temp = join(folder, 'temp');
    this.#workspace = join(folder, 'workspace');
    mkdirSync(this.#temp);
    mkdirSync(this.#workspace);
    for (const secret of Object.values(job.secrets ?? {})) this.#masker.add(secret);
  }

  async run(): Promise<JobResult> {
    for (const step of this.#job.steps) await this.#runStep(step);
    for (const post of this.#posts.reverse()) await this.#runPost(post);
    return {
      conclusion: this.#cancel.aborted ? 'cancelled' : this.#failed ? 'failure' : 'success',
      steps: this.#results,
      log: this.#log,
      outputs: this.#jobOutputs(),
    };
  }

  async #runStep(step: Step): Promise<void> {
    const name =
      step.name ??
      ('uses' in step ? `Run ${step.uses}` : 'run' in step ? `Run ${step.run}` : 'Call');
    if (!holds(step.if ?? 'success()', this.#contexts(step), this.#status())) {
      this.#conclude(step, { ...new StepLog(name).result(), conclusion: 'skipped' });
      return;
    }
    if ('uses' in step) {
      const action = readAction(step.uses);
      const post: Post = { step, action, state: {} };
      // Before main runs, so that it runs even where main is killed.
      if (action.runs.post !== undefined) this.#posts.push(post);
      const result = await this.#runAction(name, post, action.runs.main);
      post.state = result.state;
      this.#conclude(step, result);
    } else if ('run' in step) {
      const script = join(this.#temp, randomUUID());
      writeFileSync(script, interpolate(step.run, this.#contexts(step)));
      const { shell = 'bash --noprofile --norc -eo pipefail {0}' } = step;
      const [command = '', ...args] = shell.split(' ').map((word) => word.replace('{0}', script));
      this.#conclude(step, await this.#runProcess(name, step, command, args, {}));
    } else {
      const log = new StepLog(name);
      this.#job.onStep?.(name);
      try {
        await step.call(this.#contexts(step));
        this.#conclude(step, log.result({ exitCode: 0 }));
      } catch (error) {
        this.#print(log, `Error: ${error instanceof Error ? error.message : error}`);
        this.#conclude(step, log.result({ exitCode: 1 }));
      }
    }
  }

  async #runPost(post: Post): Promise<void> {
    const { action } = post;
    const { onStart: _ofMain, ...step } = post.step;
    const name = `Post ${step.name ?? step.uses}`;
    const condition = action.runs['post-if'] ?? 'always()';
    if (!holds(condition, this.#contexts(step), this.#status())) return;
    const result = await this.#runAction(
      name,
      { ...post, step },
      action.runs.post ?? '',
      condition,
    );
    this.#results.push(result);
    if (result.conclusion === 'failure') this.#failed = true;
  }

  /** The inputs are evaluated here, so for the post-step once more. */
  #runAction(
    name: string,
    { step, action, state }: Post,
    script: string,
    condition = step.if,
  ): Promise<StepResult> {
    const contexts = this.#contexts(step);
    const given = Object.entries(step.with ?? {}).map(([input, value]) => [
      input.toLowerCase(),
      value,
    ]);
    const defaults = Object.entries(action.inputs).map(([input, { default: value = '' }]) => [
      input,
      String(value),
    ]);
    const inputs: Variables = Object.fromEntries([...defaults, ...given]);
    const env: Record<string, string> = {};
    for (const [input, value] of Object.entries(inputs)) {
      env[`INPUT_${input.replaceAll(' ', '_').toUpperCase()}`] = interpolate(value, contexts);
    }
    for (const [key, value] of Object.entries(state)) env[`STATE_${key}`] = value;
    return this.#runProcess(
      name,
      step,
      process.execPath,
      [join(step.uses, script)],
      env,
      condition,
    );
  }

  async #runProcess(
    name: string,
    step: Step,
    command: string,
    args: readonly string[],
    extra: Variables,
    condition = step.if ?? 'success()',
  ): Promise<StepResult> {
    const log = new StepLog(name);
    const files: Record<string, string> = {};
    for (const variable of [
      'GITHUB_STATE',
      'GITHUB_OUTPUT',
      'GITHUB_ENV',
      'GITHUB_PATH',
      'GITHUB_STEP_SUMMARY',
    ]) {
      files[variable] = join(this.#temp, `${variable}_${randomUUID()}`);
      writeFileSync(files[variable], '');
    }
    if ('commandFiles' in step) Object.assign(files, step.commandFiles);
    const contexts = this.#contexts(step);
    const own = Object.entries(step.env ?? {}).map(([key, value]) => [
      key,
      interpolate(value, contexts),
    ]);
    const base = hostEnvironment();
    const env: Record<string, string> = {
      ...base,
      PATH: [...this.#path, base['PATH'] ?? ''].join(delimiter),
      CI: 'true',
      ...Object.fromEntries(
        Object.entries(this.#github()).map(([key, value]) => [
          `GITHUB_${key.toUpperCase()}`,
          value,
        ]),
      ),
      GITHUB_ACTIONS: 'true',
      RUNNER_TEMP: this.#temp,
      RUNNER_TOOL_CACHE: this.#temp,
      RUNNER_NAME: 'stand-in',
      RUNNER_OS:
        { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[process.platform as string] ??
        'Linux',
      RUNNER_ARCH: process.arch.toUpperCase(),
      ...(this.#job.debug === true ? { RUNNER_DEBUG: '1' } : {}),
      ...this.#env,
      ...Object.fromEntries(own),
      ...extra,
      ...files,
    };
    for (const [variable, path] of Object.entries(files)) if (path === '') delete env[variable];

    this.#job.onStep?.(name);
    const stopped: { token?: string } = {};
    // A cancelled job cancels the step that runs, unless it would run in a cancelled job too (StepsRunner.cs).
    const cancel = new AbortController();
    const onCancel = () => {
      if (!holds(condition, this.#contexts(step), this.#status())) cancel.abort();
    };
    this.#cancel.addEventListener('abort', onCancel);
    const result = await runProcess(command, args, {
      cwd: this.#workspace,
      env,
      cancel: cancel.signal,
      onLine: (line) => this.#onLine(line, log, stopped),
      onStart: 'onStart' in step ? step.onStart : undefined,
    });
    let broken = false;
    for (const [variable, values] of [
      ['GITHUB_OUTPUT', log.outputs],
      ['GITHUB_STATE', log.state],
      ['GITHUB_ENV', this.#env],
    ] as const) {
      try {
        Object.assign(values, readKeyValues(files[variable] ?? ''));
      } catch (error) {
        broken = true;
        const name = variable.slice('GITHUB_'.length).toLowerCase();
        this.#print(log, `Error: Unable to process file command '${name}' successfully.`);
        this.#print(log, `Error: ${error instanceof Error ? error.message : error}`);
      }
    }
    this.#path = [
      ...readLines(files['GITHUB_PATH'] ?? '')
        .filter(Boolean)
        .reverse(),
      ...this.#path,
    ];
    this.#cancel.removeEventListener('abort', onCancel);
    return log.result(broken ? { ...result, exitCode: 1 } : result, cancel.signal.aborted);
  }

  #onLine(line: string, log: StepLog, stopped: { token?: string }): void {
    const command = parseCommand(line, stopped.token);
    if (stopped.token !== undefined) {
      if (command?.name === stopped.token.toLowerCase()) delete stopped.token;
      else this.#print(log, line);
      return;
    }
    if (command === undefined) {
      this.#print(log, line);
      return;
    }
    const { name, properties, data } = command;
    switch (name) {
      case 'add-mask':
        if (data.trim() === '') {
          this.#print(
            log,
            "Warning: Can't add secret mask for empty string in ##[add-mask] command.",
          );
        }
        this.#masker.add(data);
        break;
      case 'stop-commands':
        stopped.token = data;
        break;
      case 'set-output':
        log.outputs[properties['name'] ?? ''] = data;
        break;
      case 'save-state':
        log.state[properties['name'] ?? ''] = data;
        break;
      case 'error':
      case 'warning':
      case 'notice':
        log.annotations.push({
          level: name,
          title: properties['title'],
          message: this.#masker.mask(data),
        });
        this.#print(log, `${name[0]?.toUpperCase()}${name.slice(1)}: ${data}`);
        break;
      case 'debug':
        if (this.#job.debug === true) this.#print(log, `##[debug]${data}`);
        break;
      case 'group':
        this.#print(log, `▸ ${data}`);
        break;
    }
  }

  /** A log line; a text of several lines is masked as a whole first. */
  #print(log: StepLog, text: string): void {
    for (const line of this.#masker.mask(text).split(/\r\n|\n|\r/)) {
      log.lines.push(line);
      this.#log.push(line);
      this.#job.onLine?.(line);
    }
  }

  #conclude(step: Step, result: StepResult): void {
    this.#results.push(result);
    const goesOn = step['continue-on-error'] === true && result.conclusion === 'failure';
    if (result.conclusion === 'failure' && !goesOn) this.#failed = true;
    if (step.id !== undefined) {
      const { outputs, conclusion: outcome } = result;
      this.#steps[step.id] = { outputs, outcome, conclusion: goesOn ? 'success' : outcome };
    }
  }

  #contexts(step?: Step): Contexts {
    const known = {
      steps: this.#steps,
      secrets: this.#job.secrets ?? {},
      env: this.#env,
      github: this.#github(),
    };
    const own = Object.entries(step?.env ?? {}).map(([key, value]) => [
      key,
      interpolate(value, known),
    ]);
    return { ...known, env: { ...this.#env, ...Object.fromEntries(own) } };
  }

  /** The context `github`, which is in the environment as well. */
  #github(): Variables {
    return {
      action: '__stand-in',
      actor: 'somebody',
      api_url: 'https://api.github.com',
      event_name: 'push',
      job: 'job',
      ref: 'refs/heads/main',
      repository: 'somebody/something',
      run_attempt: '1',
      run_id: '1',
      server_url: 'https://github.com',
      sha: '0'.repeat(40),
      workflow: 'workflow',
      workspace: this.#workspace,
    };
  }

  #status() {
    return { failed: this.#failed, cancelled: this.#cancel.aborted };
  }

  #jobOutputs(): Variables {
    const values = Object.entries(this.#job.outputs ?? {}).map(
      ([name, expression]) => [name, interpolate(expression, this.#contexts())] as const,
    );
    return Object.fromEntries(
      values.filter(([name, value]) => {
        if (value === '') return false;
        if (value === this.#masker.mask(value)) return true;
        this.#log.push(`Warning: Skip output '${name}' since it may contain secret.`);
        return false;
      }),
    );
  }
}

/** What comes together while a step runs. */
class StepLog {
  readonly #name: string;
  readonly lines: string[] = [];
  readonly annotations: Annotation[] = [];
  readonly outputs: Record<string, string> = {};
  readonly state: Record<string, string> = {};

  constructor(name: string) {
    this.#name = name;
  }

  result(process: Partial<ProcessResult> = {}, cancelled = false): StepResult {
    const { exitCode = null, signal = null, stdout = '', stderr = '' } = process;
    return {
      name: this.#name,
      conclusion: cancelled ? 'cancelled' : exitCode === 0 ? 'success' : 'failure',
      exitCode,
      signal,
      stdout,
      stderr,
      log: this.lines,
      annotations: this.annotations,
      outputs: this.outputs,
      state: this.state,
    };
  }
}

/** The environment of this machine, without what would make one run differ from another. */
function hostEnvironment(): Record<string, string> {
  const foreign =
    /^(npm_|node_|github_|runner_|input_|state_|actions_|https?_proxy$|no_proxy$|ci$|jest_)/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !foreign.test(entry[0]),
    ),
  );
}
