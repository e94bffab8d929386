/**
 * `npm run examples`: runs each of examples/, as it is, by the runner act against a stand-in box, and looks at what it
 * did to that.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from 'otpauth';
import { act } from './act.ts';
import { type Box, startBox } from './box/box.ts';
import type { CertificateKind } from './box/certificate.ts';
import { FAULTS } from './box/faults.ts';
import { startProxy } from './box/proxy.ts';

const ROOT = join(import.meta.dirname, '..');
const EMAIL = 'ci@example.com';
const PASSWORD = 'correct horse battery staple';
const WORKFLOWS = join('.github', 'workflows');
const ACTION = 'action';

interface Example {
  readonly name: string;
  /** How this run differs from others of the same example. */
  readonly where?: string;
  readonly event?: string;
  /** What GitHub would tell of the event. */
  readonly payload?: object;
  readonly args?: readonly string[];
  readonly certificate?: CertificateKind;
  readonly twoFactor?: boolean;
  /** The box is known to a proxy alone. */
  readonly behindProxy?: boolean;
  readonly prepare?: (box: Box) => void;
  /** A text of the example, and what stands in its place in this run. */
  readonly change?: readonly [string, string];
  /** The exit code. Default: 0. */
  readonly ends?: number;
  /** Looks at what it did to the box and printed. Throws where that is not what it says. */
  readonly effect: (box: Box, output: string) => void;
}

const EXAMPLES: readonly Example[] = [
  { name: 'dns-record', event: 'push', effect: hasRecords('www') },
  {
    name: 'dynamic-dns',
    effect: (box) => assert.deepEqual(records(box), ['home.example.com A 127.0.0.1']),
  },
  {
    name: 'behind-a-proxy',
    behindProxy: true,
    effect: (box) => assert.equal(asked(box)[1], 'GET /admin/dns/custom'),
  },
  {
    name: 'forgejo',
    // The address of another server is what the runners of Gitea and Forgejo add to act.
    change: ['https://github.com/', ''],
    event: 'push',
    effect: hasRecords('www'),
  },
  {
    name: 'acme-dns-01',
    // curl takes what begins with an @ for the name of a file.
    args: ['--input', 'value=@proof'],
    effect: (box, output) => {
      assert.deepEqual(asked(box).slice(1, 3), [
        'POST /admin/dns/custom/_acme-challenge.www.example.com/TXT',
        'DELETE /admin/dns/custom/_acme-challenge.www.example.com/TXT',
      ]);
      assert.match(output, /updated DNS: example\.com[\s\S]*updated DNS: example\.com/);
      assert.deepEqual(records(box), []);
    },
  },
  {
    name: 'acme-dns-01',
    where: 'the check fails',
    change: ['echo ', 'false '],
    args: ['--input', 'value=proof'],
    ends: 1,
    effect: (box) => assert.deepEqual(records(box), []),
  },
  ...['opened', 'reopened'].map((action) => ({
    name: 'preview-alias',
    where: action,
    event: 'pull_request',
    payload: pullRequest(action),
    effect: (box: Box) =>
      assert.equal(box.daemon.aliases.list(), 'preview-7@example.com\tinbox@example.com\t\n'),
  })),
  {
    name: 'preview-alias',
    where: 'closed',
    event: 'pull_request',
    payload: pullRequest('closed'),
    prepare: (box) =>
      box.daemon.aliases.add(
        new URLSearchParams({ address: 'preview-7@example.com', forwards_to: EMAIL }),
      ),
    effect: (box) => assert.equal(box.daemon.aliases.list(), ''),
  },
  {
    name: 'preview-alias',
    where: 'closed, without an alias',
    event: 'pull_request',
    payload: pullRequest('closed'),
    // One whose name ends alike stays.
    prepare: (box) =>
      box.daemon.aliases.add(
        new URLSearchParams({ address: 'old-preview-7@example.com', forwards_to: EMAIL }),
      ),
    effect: (box) =>
      assert.equal(box.daemon.aliases.list(), `old-preview-7@example.com\t${EMAIL}\t\n`),
  },
  {
    name: 'preview-alias',
    where: 'by Dependabot',
    event: 'pull_request',
    payload: pullRequest('opened', 'dependabot[bot]'),
    effect: (box) => assert.deepEqual(asked(box), []),
  },
  {
    name: 'status-checks',
    effect: (box) => assert.equal(asked(box)[1], 'POST /admin/system/status'),
  },
  {
    name: 'status-checks',
    where: 'one fails',
    prepare: (box) => box.daemon.problems.push('The TLS certificate has expired.'),
    ends: 1,
    effect: (_box, output) => assert.match(output, /\| The TLS certificate has expired\./),
  },
  {
    name: 'status-checks',
    where: 'they take too long',
    prepare: (box) => box.strike(FAULTS[504], { at: 'POST /admin/system/status' }),
    ends: 1,
    effect: (_box, output) => assert.match(output, /504 Gateway Time-out/),
  },
  { name: 'several-jobs', twoFactor: true, effect: hasRecords('api', 'static', 'www') },
  { name: 'call-several-jobs', event: 'push', effect: hasRecords('api', 'static', 'www') },
  {
    name: 'job-outputs',
    effect: (box) => {
      hasRecords('www')(box);
      assert.equal(asked(box).filter((each) => each === 'POST /admin/login').length, 2);
    },
  },
  {
    name: 'self-signed-two-factor',
    certificate: 'self-signed',
    twoFactor: true,
    effect: (box) => assert.equal(asked(box)[1], 'GET /admin/dns/custom'),
  },
];

function hasRecords(...names: string[]): (box: Box) => void {
  const expected = names.map((name) => `${name}.example.com A 203.0.113.7`);
  return (box) => assert.deepEqual(records(box).sort(), expected);
}

function records({ daemon }: Box): string[] {
  return daemon.dns.list().map(({ qname, rtype, value }) => `${qname} ${rtype} ${value}`);
}

function asked({ requests }: Box): string[] {
  return requests.map(({ method, path }) => `${method} ${path}`);
}

function pullRequest(action: string, login = 'somebody'): object {
  const repository = { full_name: 'someone/something' };
  return {
    action,
    number: 7,
    repository,
    pull_request: { number: 7, user: { login }, head: { repo: repository } },
  };
}

const wanted = process.argv.slice(2);
const failures = readdirSync(join(ROOT, 'examples'))
  .filter((file) => EXAMPLES.every(({ name }) => file !== `${name}.yml`))
  .map((file) => `${file} is not tried out`);
for (const name of wanted) {
  if (EXAMPLES.every((each) => each.name !== name)) failures.push(`There is no example ${name}`);
}
for (const example of EXAMPLES) {
  if (wanted.length > 0 && !wanted.includes(example.name)) continue;
  failures.push(...(await tryOut(example)));
}
console.log(failures.length === 0 ? 'All examples do what they say.' : failures.join('\n'));
// A proxy listens on.
process.exit(failures.length === 0 ? 0 : 1);

/** @returns what is wrong */
async function tryOut(example: Example): Promise<string[]> {
  const { name, where = '', event = 'workflow_dispatch', payload, ends = 0 } = example;
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
    layOut(folder, example);
    const args = [
      ...['--local-repository', `OWNER/mailinabox-login@v1=${join(folder, ACTION)}`],
      ...(payload === undefined ? [] : ['--eventpath', eventFile]),
      ...['--var', `BOX_HOST=${box.host}`, '--var', `BOX_EMAIL=${EMAIL}`],
      ...['--var', 'PREVIEW_INBOX=inbox@example.com', '--var', `BOX_CERTIFICATE=${box.ca}`],
      ...['--secret', `BOX_PASSWORD=${PASSWORD}`],
      ...['--secret', `BOX_TOTP_SECRET=${totpSecret ?? ''}`],
      ...Object.entries({ ...trust, ...proxy, GITHUB_REPOSITORY: 'someone/something' }).flatMap(
        ([variable, value]) => ['--env', `${variable}=${value}`],
      ),
      ...(example.args ?? []),
    ];
    const { code, output } = await act(event, join(WORKFLOWS, `${name}.yml`), args, folder);
    assert.equal(code, ends, `ended with ${code}, not with ${ends}`);
    example.effect(box, output);
    assert.deepEqual(box.daemon.sessions.keys(), [], 'leaves a key behind');
    return [];
  } catch (error) {
    return [`${name}${where === '' ? '' : ` (${where})`}: ${error}`];
  } finally {
    await box.close();
    rmSync(folder, { recursive: true });
  }
}

/** Makes a folder the repository of somebody who copied the examples, with the action in a folder of its own. */
function layOut(folder: string, { name, change }: Example): void {
  cpSync(join(ROOT, 'examples'), join(folder, WORKFLOWS), { recursive: true });
  if (change !== undefined) {
    const file = join(folder, WORKFLOWS, `${name}.yml`);
    const [before, after] = change;
    writeFileSync(file, readFileSync(file, 'utf8').replace(before, after));
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
