/** `npm run bench`: times dist/ and a bare script that sends the same request, as whole processes and in turn. */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { ADMIN } from '../box/box.ts';
import { readCommandFile } from '../run-action.ts';

const options = { dist: { type: 'string' }, pairs: { type: 'string' } } as const;
const { dist = 'dist', pairs = '31' } = parseArgs({ options }).values;
const WARM_UP = 3;
const runs = WARM_UP + Number(pairs);
const box = fork(join(import.meta.dirname, 'box.ts'), [`${runs}`]);
const [{ host, ca, hidden, https_proxy, totpSecret }] = await once(box, 'message');
const directory = mkdtempSync(join(tmpdir(), 'bench-'));
const file = (name: string) => join(directory, name);
const env = {
  ...{ INPUT_TIMEOUT: '120', INPUT_LOGOUT: 'true', 'INPUT_VERIFY-LOGOUT': 'false' },
  INPUT_EMAIL: ADMIN.email,
  INPUT_PASSWORD: ADMIN.password,
  INPUT_HOST: host,
  GITHUB_STATE: file('state'),
  GITHUB_OUTPUT: file('output'),
  RUNNER_TEMP: directory,
  NODE_EXTRA_CA_CERTS: file('ca.pem'),
  SystemRoot: process.env['SystemRoot'],
};
const withTotp = (run: number) => {
  return { INPUT_EMAIL: `${run}@example.com`, 'INPUT_TOTP-SECRET': totpSecret };
};
const withCa = () => ({ NODE_EXTRA_CA_CERTS: '', 'INPUT_CA-CERTIFICATE': ca });
try {
  for (const name of ['state', 'output']) writeFileSync(file(name), '');
  writeFileSync(file('ca.pem'), ca);
  console.log('Milliseconds of dist/ and of the bare script, and their ratio: median (min-max)');
  await compare('main', 'login');
  await compare('main with ca-certificate', 'login', withCa);
  await compare('main with two-factor', 'login', withTotp);
  await compare('main through a proxy', 'login', () => ({ INPUT_HOST: hidden, https_proxy }));
  await compare('post', 'logout', savedState);
  await compare('post without state', 'load');
} finally {
  box.kill();
  rmSync(directory, { recursive: true });
}

async function compare(name: string, bare: string, variables = (_run: number): object => ({})) {
  const script = join(dist, `${name.split(' ')[0]}.cjs`);
  const times: number[] = [];
  const bareTimes: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    times.push(await time([script], await variables(run)));
    bareTimes.push(await time([join(import.meta.dirname, 'bare.cjs'), bare]));
  }
  const ratios = times.map((ms, run) => ms / (bareTimes[run] ?? 1));
  console.log(name.padEnd(24), summary(times, 1), summary(bareTimes, 1), summary(ratios, 2));
}

async function savedState(): Promise<object> {
  writeFileSync(file('state'), '');
  await time([join(dist, 'main.cjs')]);
  const state = Object.entries(readCommandFile(file('state')));
  return Object.fromEntries(state.map(([name, value]) => [`STATE_${name}`, value]));
}

async function time(args: string[], variables = {}): Promise<number> {
  const started = performance.now();
  await promisify(execFile)(process.execPath, args, { env: { ...env, ...variables } });
  return performance.now() - started;
}

function summary(numbers: readonly number[], digits: number): string {
  const sorted = numbers.slice(WARM_UP).toSorted((one, other) => one - other);
  const at = (index: number) => sorted.at(index)?.toFixed(digits);
  return `${at(sorted.length >> 1)} (${at(0)}-${at(-1)})`.padStart(22);
}
