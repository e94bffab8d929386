import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Pairs that are run before those that count, and those. */
const WARM_UP = 3;
export const PAIRS = 31;

/** A script that Node runs, with its environment. */
export interface Script {
  readonly path: string;
  /** Called before each run, with the number of it. */
  readonly env: (run: number) => Readonly<Record<string, string>>;
}

export interface Comparison {
  /** Milliseconds on the wall, of each run: the action's and the bare script's. */
  readonly walls: ReadonlyArray<readonly [number, number]>;
  /** Milliseconds of processor time. */
  readonly cpus: ReadonlyArray<readonly [number, number]>;
  /** MiB at the most. */
  readonly memories: ReadonlyArray<readonly [number, number]>;
}

/** Runs two scripts in turn, as whole processes: first for the time on the wall, then for what they use. */
export async function compare(action: Script, bare: Script): Promise<Comparison> {
  const walls: Array<readonly [number, number]> = [];
  const usages: Array<readonly [NodeJS.ResourceUsage, NodeJS.ResourceUsage]> = [];
  for (let run = 0; run < WARM_UP + PAIRS; run++) {
    const pair = [await time(action, run), await time(bare, run)] as const;
    if (run >= WARM_UP) walls.push(pair);
  }
  for (let run = WARM_UP + PAIRS; run < WARM_UP + 2 * PAIRS; run++) {
    usages.push([await usage(action, run), await usage(bare, run)]);
  }
  const each = (figure: (usage: NodeJS.ResourceUsage) => number) =>
    usages.map(([ours, theirs]) => [figure(ours), figure(theirs)] as const);
  return {
    walls,
    cpus: each(({ userCPUTime, systemCPUTime }) => (userCPUTime + systemCPUTime) / 1000),
    memories: each(({ maxRSS }) => maxRSS / 1024),
  };
}

/** How many runs `compare` makes of each script. */
export const RUNS = WARM_UP + 2 * PAIRS;

/**
 * Runs a script to its end.
 *
 * @returns milliseconds
 * @throws where it fails, with what it printed
 */
export async function time(
  { path, env }: Script,
  run: number,
  options: readonly string[] = [],
): Promise<number> {
  const variables = env(run);
  const started = performance.now();
  const child = spawn(process.execPath, [...options, path], {
    env: variables,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'exit');
  const ended = performance.now();
  if (code !== 0) throw new Error(`${path} ended with ${code}:\n${output}`);
  return ended - started;
}

/** What a script uses, as a preload of it finds out at its end. */
async function usage({ path, env }: Script, run: number): Promise<NodeJS.ResourceUsage> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-'));
  try {
    const USAGE = join(folder, 'usage.json');
    const preload = join(import.meta.dirname, 'usage.cjs');
    await time({ path, env: () => ({ ...env(run), USAGE }) }, run, ['--require', preload]);
    return JSON.parse(readFileSync(USAGE, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function median(figures: readonly number[]): number {
  return (
    figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? Number.NaN
  );
}
