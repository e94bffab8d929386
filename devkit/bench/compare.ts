/** `npm run bench`: times dist/, or each --dist DIR, and a bare script with the same request, as processes, in turn. */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { DEFAULT_ACCOUNT } from '../box/box.ts';
import { readCommandFile } from '../run-action.ts';

const options = { dist: { type: 'string', multiple: true }, pairs: { type: 'string' } } as const;
const { dist: dists = ['dist'], pairs = '31' } = parseArgs({ options }).values;
const WARM_UP = 3;
const runs = WARM_UP + Number(pairs);
const box = fork(join(import.meta.dirname, 'server.ts'), [`${runs * dists.length}`]);
const [{ host, ca, hidden, https_proxy, totpSecret }] = await once(box, 'message');
const directory = mkdtempSync(join(tmpdir(), 'bench-'));
const file = (name: string) => join(directory, name);
const env = {
  ...{ INPUT_TIMEOUT: '120', INPUT_LOGOUT: 'true', 'INPUT_VERIFY-LOGOUT': 'false' },
  INPUT_EMAIL: DEFAULT_ACCOUNT.email,
  INPUT_PASSWORD: DEFAULT_ACCOUNT.password,
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

async function compare(name: string, bare: string, variables = (_run: number, _dist: string): object => ({})) {
  const builds = dists.map((dist) => ({ dist, times: [] as number[], ratios: [] as number[] }));
  const bareTimes: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const bareTime = await time([join(import.meta.dirname, 'bare.cjs'), bare]);
    bareTimes.push(bareTime);
    for (const [index, { dist, times, ratios }] of builds.entries()) {
      const script = join(dist, `${name.split(' ')[0]}.cjs`);
      const ms = await time([script], await variables(run * builds.length + index, dist));
      times.push(ms);
      ratios.push(ms / bareTime);
    }
  }
  for (const { dist, times, ratios } of builds) {
    const cells = [summary(times, 1), summary(bareTimes, 1), summary(ratios, 2)];
    console.log(name.padEnd(24), ...cells, dists.length > 1 ? dist : '');
  }
}

async function savedState(_run: number, dist: string): Promise<object> {
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
