import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type Box, DEFAULT_ACCOUNT } from '../box/box.ts';
import { nginxPage } from '../box/replies.ts';
import { substituteAcmeSh, substituteLogger } from './substitutes.ts';
import { isInstalled, ROOT } from './tools.ts';
import { type Run, runExample } from './workflow.ts';

const TWO_FACTOR = { accounts: [{ ...DEFAULT_ACCOUNT, totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }] };
const SESSION = ['POST /admin/login', 'POST /admin/logout'];
const [, RECORD = ''] = put('www');
const WWW = [...SESSION, ...put('www')];
const CHALLENGE = '/admin/dns/custom/_acme-challenge.example.com';
const STATUS = [...SESSION, 'POST /admin/system/status'];
const ADD = [...SESSION, 'POST /admin/mail/aliases/add', 'preview-7@example.com inbox@example.com'];
const LIST = [...SESSION, 'GET /admin/mail/aliases'];
const REMOVE = [...LIST, 'POST /admin/mail/aliases/remove'];
const KEEP = [...LIST, `old-preview-7@example.com ${DEFAULT_ACCOUNT.email}`];
const ON_MAIN = { ref: 'refs/heads/main' };
const PLAN = [...SESSION, 'GET /admin/dns/zones', 'GET /admin/dns/custom'];
const APPLY = [...PLAN, 'POST /admin/dns/custom/www.example.com/A', RECORD];
const BACK_UP = [...PLAN, 'GET /admin/dns/zonefile/example.com', RECORD];
const ADD_USER = [...SESSION, 'POST /admin/mail/users/add'];
const REMOVE_USER = [...ADD_USER, 'POST /admin/mail/users/remove'];
const newUser = (secret: string) => ({ inputs: { email: 'new@example.com', secret } });
const CERTIFICATE: Run = {
  box: TWO_FACTOR,
  effect: [...SESSION, `POST ${CHALLENGE}/TXT`, `DELETE ${CHALLENGE}/TXT`],
  checkFiles: true,
  checkCertificate: true,
};
/** When the tool has added a record. */
const CANCELLED = {
  cancelIf: ({ daemon }: Box) => daemon.resources.dns.lines.length > 0,
  failure: '',
  checkCertificate: false,
};
const TOTP_SECRET = `totp-secret: \${{ secrets.BOX_TOTP_SECRET }}`;
const CA_CERTIFICATE = `ca-certificate: \${{ vars.BOX_CERTIFICATE }}`;
const CA_FILE = `\${{ steps.box.outputs.ca_file }}`;

/** By file, with what is special about a run after the colon. */
function runs(): Readonly<Record<string, Run>> {
  const logger = substituteLogger();
  const script = substituteAcmeSh();
  const lego = { ...CERTIFICATE, env: logger };
  const acmeSh = { ...CERTIFICATE, env: script, checkCertificate: script === undefined };
  const acmeShRequests = [...SESSION, 'GET /admin/dns/zones', `POST ${CHALLENGE}/txt`, `DELETE ${CHALLENGE}/TXT`];
  const [, workflow = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(read('README.md')) ?? [];
  const [, vpn = ''] = /steps:\n([\s\S]*?) {6}- id/.exec(read('examples/two-boxes.yml')) ?? [];
  return {
    'dns-record': { event: 'push', effect: WWW },
    'dns-record: behind a proxy': { event: 'push', box: { name: 'box.test' }, effect: WWW },
    'dns-record: the workflow in README.md': {
      event: 'push',
      edits: { [read('examples/dns-record.yml')]: workflow },
      effect: WWW,
    },
    'dns-record: two-factor and self-signed, as in setup.md': {
      event: 'push',
      box: { ...TWO_FACTOR, certificate: 'self-signed' },
      edits: {
        ...before('password:', `${TOTP_SECRET}\n          ${CA_CERTIFICATE}`),
        ...before('URL:', `CURL_CA_BUNDLE: ${CA_FILE}`),
      },
      effect: WWW,
    },
    'dns-records: push': { event: 'push', payload: ON_MAIN, effect: APPLY },
    'dns-records: pull request': { ...pullRequest('opened'), effect: PLAN, shown: `+ ${RECORD}` },
    'dns-records: fork': { ...pullRequest('opened', '', 'me', 'fork/deployment'), effect: [] },
    'dns-records: Dependabot': { ...pullRequest('opened', '', 'dependabot[bot]'), effect: [] },
    'dns-records: drift': { event: 'schedule', payload: ON_MAIN, effect: PLAN, failure: RECORD },
    'dns-records: many removals': {
      payload: { ...ON_MAIN, inputs: { 'remove-many': 'true' } },
      records: Array.from({ length: 11 }, (_, number) => `r.example.com TXT ${number}`),
      effect: [...APPLY, 'DELETE /admin/dns/custom/r.example.com/TXT'],
    },
    'back-up-records': { records: [RECORD], effect: BACK_UP, shown: '.com.\tIN\tA\t203.0.113.7' },
    'mail-user': { payload: newUser('A'), effect: ADD_USER, shown: 'gh secret set A: ' },
    'mail-user: gh fails': { payload: newUser('GITHUB_A'), effect: REMOVE_USER, failure: '| mail user removed' },
    'two-boxes: without the VPN': {
      edits: { [vpn]: '' },
      prepare: ({ daemon }) => daemon.resources.dns.zones.push('example.org'),
      effect: [...WWW, ...WWW.map((each) => each.replace('example.com', 'example.org'))],
    },
    'dynamic-dns': { effect: [...SESSION, ...put('home', '127.0.0.1')] },
    forgejo: { event: 'push', effect: WWW },
    'container: without the container': {
      event: 'push',
      // act would need a Docker engine.
      edits: { 'container: buildpack-deps:trixie-curl': 'defaults: { run: { shell: sh } }' },
      effect: WWW,
    },
    python: {
      event: 'push',
      box: { certificate: 'self-signed-san' },
      // The client leaves out the type, which is A by default.
      effect: WWW.map((each) => each.replace(/\/A$/, '')),
    },
    powershell: {
      event: 'push',
      effect: WWW,
      // GitHub's runners have it.
      skip: !isInstalled('pwsh') && !process.env['GITHUB_ACTIONS'] && 'pwsh is missing',
    },
    certbot: CERTIFICATE,
    [logger ? 'lego: with another logger' : 'lego']: lego,
    'lego: self-signed': {
      ...lego,
      box: { ...TWO_FACTOR, certificate: 'self-signed-san' },
      edits: {
        ...before('password:', CA_CERTIFICATE),
        ...before('MAILINABOX_EMAIL:', `SSL_CERT_FILE: ${CA_FILE}`),
        ...before('LOGIN:', `CURL_CA_BUNDLE: ${CA_FILE}`),
      },
    },
    'lego: cancelled': { ...lego, ...CANCELLED },
    [script ? 'acme-sh: by a script that replaces it' : 'acme-sh']: {
      ...acmeSh,
      effect: [...acmeShRequests, `DELETE ${CHALLENGE}/txt`],
    },
    'acme-sh: cancelled': { ...acmeSh, ...CANCELLED, effect: acmeShRequests },
    'certbot-self-signed': { ...CERTIFICATE, box: { ...TWO_FACTOR, certificate: 'self-signed' } },
    'certbot-self-signed: with a public certificate': CERTIFICATE,
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
        box.inject(({ request, respond }) => respond(request.url?.endsWith('/status') ? nginxPage(504) : undefined)),
      effect: STATUS,
      failure: '504 Gateway Time-out',
    },
    'several-jobs': { box: TWO_FACTOR, effect: [...WWW, ...put('api'), ...put('static')] },
    'call-several-jobs': { event: 'push', effect: [...WWW, ...put('api'), ...put('static')] },
  };
}

/** Adds lines to a step, before the line that starts with this. */
function before(start: string, added: string): Record<string, string> {
  return { [start]: `${added}\n          ${start}` };
}

function put(name: string, value = '203.0.113.7'): string[] {
  return [`PUT /admin/dns/custom/${name}.example.com/A`, `${name}.example.com A ${value}`];
}

function pullRequest(action: string, oldAlias = '', login = 'me', from = 'me/deployment') {
  const repository = { full_name: 'me/deployment' };
  const pull_request = { number: 7, user: { login }, head: { repo: { full_name: from } } };
  const form = new URLSearchParams({ address: `${oldAlias}@example.com`, forwards_to: DEFAULT_ACCOUNT.email });
  return {
    event: 'pull_request',
    payload: { action, number: 7, repository, pull_request },
    prepare: ({ daemon }: Box) => oldAlias && daemon.resources.aliases.add(form),
  };
}

function read(path: string): string {
  return fs.readFileSync(join(ROOT, path), 'utf8');
}

export function testExamples(): void {
  const all = fs.readdirSync(join(ROOT, 'examples'));
  const files = all.filter((file) => file.endsWith('.yml'));
  const entries = Object.entries(runs()).map(([name, run]) => {
    return { name, run, file: `${name.split(':')[0]}.yml` };
  });
  test('covers every file', () => {
    assert.deepEqual(new Set(entries.map(({ file }) => file)), new Set(files));
    for (const file of all) {
      const limit = file.endsWith('.sh') ? 35 : file === 'dns-records.yml' ? 50 : 45;
      const lines = read(`examples/${file}`).trim().split('\n').length;
      assert.ok(lines <= limit, `${file}: ${lines} lines, more than ${limit}`);
    }
  });
  for (const { name, run, file } of entries) {
    test(name, { skip: run.skip ?? false }, () => runExample(file, run));
  }
  // GitHub's runner sends SIGINT to the process of the step only, not to the tool that it starts.
  const certbot = 'venv/bin/certbot';
  const others = { lego: 'lego', 'acme-sh': 'acme.sh/acme.sh', 'certbot-self-signed': certbot };
  for (const [name, program] of Object.entries({ certbot, ...others })) {
    test(`${name}: a cancelled step stops the tool`, () => interrupt(`${name}.yml`, program));
  }
}

/** Runs the step that gets the certificate, with a stand-in for the tool, and sends SIGINT as GitHub's runner does. */
async function interrupt(file: string, program: string): Promise<void> {
  const [, step = ''] = read(`examples/${file}`).split('- name: Get the certificate\n');
  const [, run = ''] = /^ +run: (?:\|\n)?([\s\S]*?)^ {6}- /m.exec(step) ?? [];
  using directory = fs.mkdtempDisposableSync(join(tmpdir(), 'step-'));
  const path = join(directory.path, program);
  fs.mkdirSync(dirname(path), { recursive: true });
  const tool = "#!/bin/sh\ntrap 'echo interrupted; exit' INT\necho started\nsleep 5 &\nwait\n";
  fs.writeFileSync(path, tool, { mode: 0o755 });
  const env = { ...process.env, RUNNER_TEMP: directory.path, DOMAIN: 'example.com' };
  fs.writeFileSync(join(directory.path, 'step.sh'), run);
  const bash = spawn('bash', ['-e', 'step.sh'], { cwd: directory.path, env });
  const output: string[] = [];
  bash.stdout.on('data', (data) => {
    if (output.push(String(data)) === 1) bash.kill('SIGINT');
  });
  await once(bash, 'exit');
  assert.equal(output.join(''), 'started\ninterrupted\n');
}
