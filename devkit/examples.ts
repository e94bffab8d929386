/**
 * `npm run examples`: runs those of examples/ that need nothing but a box, as they are, by the runner act against a
 * stand-in box, and looks at what they did to it.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from 'otpauth';
import { act } from './act.ts';
import { type Box, startBox } from './box/box.ts';
import type { CertificateKind } from './box/certificate.ts';

const ROOT = join(import.meta.dirname, '..');
const EMAIL = 'ci@example.com';
const PASSWORD = 'correct horse battery staple';

interface Example {
  readonly name: string;
  readonly event?: string;
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
const failures: string[] = [];
for (const example of EXAMPLES) {
  if (wanted.length > 0 && !wanted.includes(example.name)) continue;
  failures.push(...(await tryOut(example)));
}
console.log(failures.length === 0 ? 'All examples do what they say.' : failures.join('\n'));
process.exitCode = failures.length === 0 ? 0 : 1;

/** @returns what is wrong */
async function tryOut(example: Example): Promise<string[]> {
  const { name, event = 'workflow_dispatch', payload, ends = 0 } = example;
  const totpSecret = example.twoFactor === true ? new Secret({ size: 20 }).base32 : undefined;
  const account = { email: EMAIL, password: PASSWORD, privileges: ['admin'], totpSecret };
  const { certificate = 'issued' } = example;
  const box = await startBox({ accounts: [account], certificate });
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
    const workflows = join('.github', 'workflows');
    cpSync(join(ROOT, 'examples'), join(folder, workflows), { recursive: true });
    const args = [
      ...['--local-repository', `OWNER/mailinabox-login@v1=${ROOT}`],
      ...(payload === undefined ? [] : ['--eventpath', eventFile]),
      ...['--var', `BOX_HOST=${box.host}`, '--var', `BOX_EMAIL=${EMAIL}`],
      ...['--var', `BOX_CERTIFICATE=${box.ca}`, '--secret', `BOX_PASSWORD=${PASSWORD}`],
      ...['--secret', `BOX_TOTP_SECRET=${totpSecret ?? ''}`],
      ...Object.entries({ ...trust, GITHUB_REPOSITORY: 'someone/something' }).flatMap(
        ([variable, value]) => ['--env', `${variable}=${value}`],
      ),
      ...(example.args ?? []),
    ];
    const code = await act(event, join(workflows, `${name}.yml`), args, folder);
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
