/**
 * `npm run examples`: runs each of examples/, as it is, by the runner act against a stand-in box, and looks at what it
 * did to that.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from 'otpauth';
import { act } from './act.ts';
import { type Box, startBox } from './box/box.ts';
import type { CertificateKind } from './box/certificate.ts';
import { startProxy } from './box/proxy.ts';

const ROOT = join(import.meta.dirname, '..');
const EMAIL = 'ci@example.com';
const PASSWORD = 'correct horse battery staple';
const WORKFLOWS = join('.github', 'workflows');
const ACTION = 'action';

interface Example {
  readonly name: string;
  readonly event?: string;
  /** The box is known to a proxy alone. */
  readonly behindProxy?: boolean;
  /** What GitHub would tell of the event. */
  readonly payload?: object;
  readonly args?: readonly string[];
  readonly certificate?: CertificateKind;
  readonly twoFactor?: boolean;
  readonly prepare?: (box: Box) => void;
  /** The exit code. Default: 0. */
  readonly ends?: number;
  /** What shows that it worked. */
  readonly effect: (box: Box) => unknown;
}

const records = (box: Box) => JSON.stringify(box.daemon.dns.list());
const asked = (box: Box) => box.requests.map(({ method, path }) => `${method} ${path}`);
const pullRequest = (action: string) => ({
  action,
  number: 7,
  repository: { full_name: 'someone/something' },
  pull_request: { number: 7, head: { repo: { full_name: 'someone/something' } } },
});

const EXAMPLES: readonly Example[] = [
  {
    name: 'dns-record',
    event: 'push',
    effect: (box) => records(box).includes('"qname":"www.example.com"'),
  },
  {
    name: 'dynamic-dns',
    effect: (box) =>
      records(box).includes('"qname":"home.example.com","rtype":"A","value":"127.0.0.1"'),
  },
  {
    name: 'behind-a-proxy',
    behindProxy: true,
    effect: (box) => asked(box).includes('GET /admin/dns/custom'),
  },
  {
    name: 'forgejo',
    event: 'push',
    effect: (box) => records(box).includes('"qname":"www.example.com"'),
  },
  {
    name: 'acme-dns-01',
    args: ['--input', 'value=proof-of-control'],
    effect: (box) =>
      records(box) === '[]' &&
      ['POST', 'DELETE'].every((method) =>
        asked(box).includes(`${method} /admin/dns/custom/_acme-challenge.www.example.com/TXT`),
      ),
  },
  {
    name: 'preview-alias',
    event: 'pull_request',
    payload: pullRequest('opened'),
    effect: (box) => box.daemon.aliases.list() === `preview-7@example.com\t${EMAIL}\t\n`,
  },
  {
    name: 'preview-alias',
    event: 'pull_request',
    payload: pullRequest('closed'),
    prepare: (box) =>
      box.daemon.aliases.add(
        new URLSearchParams({ address: 'preview-7@example.com', forwards_to: EMAIL }),
      ),
    effect: (box) => box.daemon.aliases.list() === '',
  },
  {
    name: 'status-checks',
    effect: (box) => asked(box).includes('POST /admin/system/status'),
  },
  {
    name: 'status-checks',
    prepare: (box) => box.daemon.problems.push('The TLS certificate has expired.'),
    ends: 1,
    effect: (box) => asked(box).includes('POST /admin/system/status'),
  },
  {
    name: 'several-jobs',
    effect: (box) =>
      ['www', 'api', 'static'].every((name) => records(box).includes(`"${name}.example.com"`)),
  },
  {
    name: 'call-several-jobs',
    event: 'push',
    effect: (box) =>
      ['www', 'api', 'static'].every((name) => records(box).includes(`"${name}.example.com"`)),
  },
  {
    name: 'job-outputs',
    effect: (box) =>
      records(box).includes('"qname":"www.example.com"') &&
      asked(box).filter((each) => each === 'POST /admin/login').length === 2,
  },
  {
    name: 'self-signed-two-factor',
    certificate: 'self-signed',
    twoFactor: true,
    effect: (box) => asked(box).includes('GET /admin/dns/custom'),
  },
];

const wanted = process.argv.slice(2);
const failures = readdirSync(join(ROOT, 'examples'))
  .filter((file) => EXAMPLES.every(({ name }) => file !== `${name}.yml`))
  .map((file) => `${file} is not tried out`);
for (const example of EXAMPLES) {
  if (wanted.length > 0 && !wanted.includes(example.name)) continue;
  failures.push(...(await tryOut(example)));
}
console.log(failures.length === 0 ? 'All examples do what they say.' : failures.join('\n'));
// A proxy listens on.
process.exit(failures.length === 0 ? 0 : 1);

/** @returns what is wrong */
async function tryOut(example: Example): Promise<string[]> {
  const { name, event = 'workflow_dispatch', payload, ends = 0 } = example;
  const totpSecret = example.twoFactor === true ? new Secret({ size: 20 }).base32 : undefined;
  const account = { email: EMAIL, password: PASSWORD, privileges: ['admin'], totpSecret };
  const { certificate = 'issued', behindProxy = false } = example;
  const box = await startBox({
    accounts: [account],
    certificate,
    ...(behindProxy ? { name: 'box.test' } : {}),
  });
  const proxy = behindProxy ? { https_proxy: `http://127.0.0.1:${await startProxy({})}` } : {};
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  try {
    example.prepare?.(box);
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, box.ca);
    const eventFile = join(folder, 'event.json');
    writeFileSync(eventFile, JSON.stringify(payload ?? {}));
    // What an authority that everybody knows is to a real box.
    const trust =
      certificate === 'issued' ? { NODE_EXTRA_CA_CERTS: caFile, CURL_CA_BUNDLE: caFile } : {};
    layOut(folder, name);
    const args = [
      ...['--local-repository', `OWNER/mailinabox-login@v1=${join(folder, ACTION)}`],
      ...(payload === undefined ? [] : ['--eventpath', eventFile]),
      ...['--var', `BOX_HOST=${box.host}`, '--var', `BOX_EMAIL=${EMAIL}`],
      ...['--var', `BOX_CERTIFICATE=${box.ca}`, '--secret', `BOX_PASSWORD=${PASSWORD}`],
      ...['--secret', `BOX_TOTP_SECRET=${totpSecret ?? ''}`],
      ...Object.entries({ ...trust, ...proxy, GITHUB_REPOSITORY: 'someone/something' }).flatMap(
        ([variable, value]) => ['--env', `${variable}=${value}`],
      ),
      ...(example.args ?? []),
    ];
    const code = await act(event, join(WORKFLOWS, `${name}.yml`), args, folder);
    return [
      ...(code === ends ? [] : [`${name} ended with ${code}, not with ${ends}`]),
      ...(example.effect(box) === true ? [] : [`${name} did not do to the box what it says`]),
      ...(box.daemon.sessions.keys().length === 0 ? [] : [`${name} leaves a key behind`]),
    ];
  } finally {
    await box.close();
    rmSync(folder, { recursive: true });
  }
}

/** Makes a folder the repository of somebody who copied the examples, with the action in a folder of its own. */
function layOut(folder: string, name: string): void {
  cpSync(join(ROOT, 'examples'), join(folder, WORKFLOWS), { recursive: true });
  if (name === 'forgejo') {
    // The address of another server is what the runners of Gitea and Forgejo add to act.
    const file = join(folder, WORKFLOWS, 'forgejo.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('https://github.com/', ''));
  }
  // Without node_modules: act copies all that is there, once for each step.
  for (const part of ['action.yml', 'dist']) {
    cpSync(join(ROOT, part), join(folder, ACTION, part), { recursive: true });
  }
  // act looks for the commit again and again.
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder });
  git('init', '--quiet');
  git(
    ...['-c', 'user.name=somebody', '-c', 'user.email=somebody@example.com'],
    ...['commit', '--quiet', '--allow-empty', '--message', 'Start'],
  );
}
