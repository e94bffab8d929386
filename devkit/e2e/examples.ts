import assert from 'node:assert/strict';
import { execSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { ADMIN, type Box, type BoxOptions, startBox } from '../box/box.ts';
import { startProxy } from '../box/proxy.ts';
import { nginxPage } from '../box/responses.ts';
import { act, CA_FILE, TRUST } from './act.ts';
import { startDns } from './dns.ts';
import { startPebble } from './pebble.ts';
import { acmeShVariables, isInstalled, legoVariables, ROOT } from './tools.ts';

const ACTION = `${new URL(manifest.homepage).pathname.slice(1)}@v${manifest.version.split('.')[0]}`;
const COMMIT =
  'git init -q && git -c user.name=me -c user.email=me commit -q --allow-empty -m Start';
const TWO_FACTOR = { accounts: [{ ...ADMIN, totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }] };

interface Run {
  readonly event?: string;
  readonly payload?: object;
  /** Texts of the workflow, and what takes their place. */
  readonly edits?: Readonly<Record<string, string>>;
  readonly box?: BoxOptions;
  readonly prepare?: (box: Box) => unknown;
  /** Cancels the job as soon as this is true. */
  readonly cancelIf?: (box: Box) => boolean;
  /** The requests that the box received, and its DNS records and aliases at the end. */
  readonly effect: readonly string[];
  /** What the log of a failed run contains. Other runs have to succeed. */
  readonly failure?: string;
  /** Whether the job gets a certificate for example.com and all names below it. */
  readonly certificate?: boolean;
  readonly skip?: string | false;
}

const LEGO = legoVariables();
const ACME_SH = acmeShVariables();
const hasAcmeSh = Object.keys(ACME_SH).length === 0;

const SESSION = ['POST /admin/login', 'POST /admin/logout'];
const WWW = [...SESSION, ...put('www')];
const CHALLENGE = '/admin/dns/custom/_acme-challenge.example.com';
const ACME = [...SESSION, `POST ${CHALLENGE}/TXT`, `DELETE ${CHALLENGE}/TXT`];
const ACME_SH_EFFECT = [
  ...SESSION,
  'GET /admin/dns/zones',
  `POST ${CHALLENGE}/txt`,
  `DELETE ${CHALLENGE}/TXT`,
];
const STATUS = [...SESSION, 'POST /admin/system/status'];
const ADD = [...SESSION, 'POST /admin/mail/aliases/add', 'preview-7@example.com inbox@example.com'];
const LIST = [...SESSION, 'GET /admin/mail/aliases'];
const REMOVE = [...LIST, 'POST /admin/mail/aliases/remove'];
const KEEP = [...LIST, `old-preview-7@example.com ${ADMIN.email}`];
/** Cancels the job when the tool has added a record. */
const CANCELLED = {
  cancelIf: ({ daemon }: Box) => daemon.resources.records.length > 0,
  failure: '',
  certificate: false,
};
const LEGO_RUN: Run = { box: TWO_FACTOR, effect: ACME, certificate: true };
const [, steps = ''] = read('examples/dns-record.yml').split('    steps:\n');
const [, snippet = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(read('README.md')) ?? [];
const CA_FILE_OUTPUT = `\${{ steps.box.outputs.ca_file }}`;
/** A last step for the examples that get a certificate. */
const NO_KEY = 'No file contains the key.';
const CHECK_FILES = `      - if: always()
        env: { API_KEY: "\${{ steps.box.outputs.api_key }}" }
        run: |
          find "$RUNNER_TEMP" -name fullchain.pem -o -name example.com.crt -o -name fullchain.cer | xargs -r cat
          ! grep -rF "$API_KEY" "$RUNNER_TEMP" && echo "${NO_KEY}"
`;
const ACME_SH_RUN: Run = {
  box: TWO_FACTOR,
  effect: [...ACME_SH_EFFECT, `DELETE ${CHALLENGE}/txt`],
  certificate: hasAcmeSh,
};

/** By file, with what is special about a run after the colon. */
const RUNS: Readonly<Record<string, Run>> = {
  'dns-record': { event: 'push', effect: WWW },
  'dns-record: behind a proxy': {
    event: 'push',
    box: { name: 'box.test' },
    effect: WWW,
  },
  'dns-record: with the steps of README.md': {
    event: 'push',
    edits: { [steps]: snippet.replace(/^/gm, '      ') },
    effect: WWW,
  },
  'dynamic-dns': { effect: [...SESSION, ...put('home', '127.0.0.1')] },
  forgejo: { event: 'push', effect: WWW },
  // act would need a Docker engine for the container.
  container: {
    event: 'push',
    edits: { 'container: buildpack-deps:trixie-curl': 'defaults: { run: { shell: sh } }' },
    effect: WWW,
  },
  python: {
    event: 'push',
    box: { certificate: 'self-signed-san' },
    // The client leaves out the type, which is A by default.
    effect: WWW.map((each) => each.replace(/\/A$/, '')),
  },
  powershell: { event: 'push', effect: WWW, skip: !isInstalled('pwsh') && 'pwsh is missing' },
  certbot: LEGO_RUN,
  lego: LEGO_RUN,
  'lego: self-signed': {
    ...LEGO_RUN,
    box: { ...TWO_FACTOR, certificate: 'self-signed-san' },
    edits: {
      'totp-secret:': `ca-certificate: \${{ vars.BOX_CERTIFICATE }}\n          totp-secret:`,
      'MAILINABOX_EMAIL:': `SSL_CERT_FILE: ${CA_FILE_OUTPUT}\n          MAILINABOX_EMAIL:`,
      'LOGIN:': `CURL_CA_BUNDLE: ${CA_FILE_OUTPUT}\n          LOGIN:`,
    },
  },
  'lego: cancelled': { ...LEGO_RUN, ...CANCELLED },
  'acme-sh': ACME_SH_RUN,
  'acme-sh: cancelled': { ...ACME_SH_RUN, ...CANCELLED, effect: ACME_SH_EFFECT },
  'certbot-self-signed': { ...LEGO_RUN, box: { ...TWO_FACTOR, certificate: 'self-signed' } },
  'preview-alias: reopened': { ...pullRequest('reopened', 'preview-7'), effect: ADD },
  'preview-alias: closed': { ...pullRequest('closed', 'preview-7'), effect: REMOVE },
  'preview-alias: a similar one': { ...pullRequest('closed', 'old-preview-7'), effect: KEEP },
  'preview-alias: Dependabot': { ...pullRequest('opened', '', 'dependabot[bot]'), effect: [] },
  'status-checks': { effect: STATUS },
  'status-checks: a problem': {
    prepare: ({ daemon }) => daemon.resources.problems.push('The certificate has expired.'),
    effect: STATUS,
    failure: '| The certificate has expired.',
  },
  'status-checks: a timeout': {
    prepare: (box) =>
      box.inject(({ request, respond }) =>
        respond(request.url?.endsWith('/status') ? nginxPage(504) : undefined),
      ),
    effect: STATUS,
    failure: '504 Gateway Time-out',
  },
  'several-jobs': { box: TWO_FACTOR, effect: [...WWW, ...put('api'), ...put('static')] },
  'call-several-jobs': { event: 'push', effect: [...WWW, ...put('api'), ...put('static')] },
};

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function put(name: string, value = '203.0.113.7'): string[] {
  return [`PUT /admin/dns/custom/${name}.example.com/A`, `${name}.example.com A ${value}`];
}

function pullRequest(action: string, oldAlias = '', login = 'me'): Omit<Run, 'effect'> {
  const repository = { full_name: 'me/deployment' };
  const pull_request = { number: 7, user: { login }, head: { repo: repository } };
  const form = { address: `${oldAlias}@example.com`, forwards_to: ADMIN.email };
  return {
    event: 'pull_request',
    payload: { action, number: 7, repository, pull_request },
    prepare: ({ daemon }) => oldAlias && daemon.resources.aliases.add(new URLSearchParams(form)),
  };
}

/** Runs each of examples/ with act, and checks what it did to a stand-in box. */
export function testExamples(): void {
  const fileOf = (name: string) => `${name.split(':')[0]}.yml`;
  test('covers every file', () => {
    const files = new Set(readdirSync(join(ROOT, 'examples')));
    assert.deepEqual(new Set(Object.keys(RUNS).map(fileOf)), files);
  });
  for (const [name, options] of Object.entries(RUNS)) {
    test(name, { skip: options.skip ?? false }, () => run(fileOf(name), options));
  }
}

async function run(file: string, options: Run): Promise<void> {
  const { event = 'workflow_dispatch', payload = {}, failure, cancelIf } = options;
  const { certificate = '' } = options.box ?? {};
  await using box = await startBox(options.box);
  await using proxy = await startProxy();
  using dns = await startDns(() => box.daemon.resources.records);
  await using pebble = await startPebble(dns.address);
  options.prepare?.(box);
  using repository = mkdtempDisposableSync(join(tmpdir(), 'example-'));
  const path = (...parts: string[]) => join(repository.path, ...parts);
  cpSync(join(ROOT, 'examples'), path('.github', 'workflows'), { recursive: true });
  cpSync(join(ROOT, 'dist'), path('action', 'dist'), { recursive: true });
  cpSync(join(ROOT, 'action.yml'), path('action', 'action.yml'));
  execSync(COMMIT, { cwd: repository.path });
  const workflow = path('.github', 'workflows', file);
  const edits = {
    // Unlike the runners of Gitea and Forgejo, act takes no URL.
    [`https://github.com/${ACTION}`]: ACTION,
    // acme.sh has no variable for it.
    '--server letsencrypt': `--server ${pebble.directory}`,
    ...options.edits,
  };
  let text = readFileSync(workflow, 'utf8');
  for (const edit of Object.entries(edits)) text = text.replace(...edit);
  writeFileSync(workflow, options.certificate === undefined ? text : text + CHECK_FILES);
  writeFileSync(path('event.json'), JSON.stringify(payload));
  mkdirSync(path('letsencrypt'));
  writeFileSync(path('letsencrypt', 'cli.ini'), `server = ${pebble.directory}`);
  const variables = {
    ...TRUST,
    ...(options.box?.name === 'box.test' ? { https_proxy: proxy.url } : {}),
    // certbot reads letsencrypt/cli.ini there.
    XDG_CONFIG_HOME: repository.path,
    ...LEGO,
    LEGO_SERVER: pebble.directory,
    LEGO_CA_CERTIFICATES: CA_FILE,
    LEGO_DNS_RESOLVERS: dns.address,
    // The public name servers of example.com don't have the record.
    LEGO_DNS_PROPAGATION_DISABLE_ANS: 'true',
    MAILINABOX_POLLING_INTERVAL: '1',
    ...ACME_SH,
    GITHUB_REPOSITORY: 'me/deployment',
  };
  const cancel = new AbortController();
  const timer = setInterval(() => cancelIf?.(box) && cancel.abort(), 50);
  const args = [
    `--local-repository=${ACTION}=${path('action')}`,
    `--eventpath=${path('event.json')}`,
    `--var=BOX_HOST=${box.host}`,
    `--var=BOX_EMAIL=${ADMIN.email}`,
    // As if the certificate were from a public CA.
    `--var=BOX_CERTIFICATE=${certificate.startsWith('self-signed') ? box.ca : ''}`,
    '--var=PREVIEW_INBOX=inbox@example.com',
    `--secret=BOX_PASSWORD=${ADMIN.password}`,
    `--secret=BOX_TOTP_SECRET=${options.box?.accounts?.[0]?.totpSecret ?? ''}`,
    ...Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`),
  ];
  const { exitCode, output } = await act(event, file, repository.path, args, cancel.signal);
  clearInterval(timer);

  assert.equal(exitCode, failure === undefined ? 0 : 1, output);
  assert.ok(output.includes(failure ?? ''), output);
  const { records, aliases } = box.daemon.resources;
  const added = Object.entries(aliases.added).map((each) => each.join(' '));
  assert.deepEqual(new Set([...box.requestLog, ...records, ...added]), new Set(options.effect));
  assert.deepEqual(box.keys.valid(), []);
  for (const key of box.keys.issued()) assert.ok(!output.includes(key), output);
  if (options.certificate !== undefined) assert.ok(output.includes(`| ${NO_KEY}`), output);
  if (options.certificate) {
    const names = await pebble.namesIn(output.replace(/^.*? \| /gm, ''));
    assert.deepEqual(names, ['*.example.com', 'example.com']);
  }
}
