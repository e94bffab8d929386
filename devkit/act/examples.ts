import assert from 'node:assert/strict';
import { execSync } from 'node:child_process';
import { cpSync, mkdtempDisposableSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { ADMIN, type Box, type BoxOptions, startBox } from '../box/box.ts';
import { startProxy } from '../box/proxy.ts';
import { act, CA_FILE, ROOT } from './act.ts';

const ACTION = `${new URL(manifest.homepage).pathname.slice(1)}@v${manifest.version.split('.')[0]}`;
const COMMIT =
  'git init -q && git -c user.name=me -c user.email=me commit -q --allow-empty -m Start';
const TWO_FACTOR = { accounts: [{ ...ADMIN, totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }] };

interface Run {
  readonly event?: string;
  readonly payload?: object;
  readonly replace?: readonly [text: string, replacement: string];
  readonly box?: BoxOptions;
  readonly prepare?: (box: Box) => unknown;
  /** The requests that the box received, and its DNS records and aliases at the end. */
  readonly effect: readonly string[];
  /** What the log of a failed run contains. Other runs have to succeed. */
  readonly failure?: string;
}

const SESSION = ['POST /admin/login', 'POST /admin/logout'];
const READ = [...SESSION, 'GET /admin/dns/custom'];
const WWW = [...SESSION, ...put('www')];
const CHALLENGE = '/admin/dns/custom/_acme-challenge.www.example.com/TXT';
const STATUS = [...SESSION, 'POST /admin/system/status'];
const ADD = [...SESSION, 'POST /admin/mail/aliases/add', 'preview-7@example.com inbox@example.com'];
const LIST = [...SESSION, 'GET /admin/mail/aliases'];
const REMOVE = [...LIST, 'POST /admin/mail/aliases/remove'];
const KEEP = [...LIST, `old-preview-7@example.com ${ADMIN.email}`];

/** By file, with what is special about a run after the colon. */
const RUNS: Readonly<Record<string, Run>> = {
  'dns-record': { event: 'push', effect: WWW },
  'dynamic-dns': { effect: [...SESSION, ...put('home', '127.0.0.1')] },
  'behind-a-proxy': { box: { name: 'box.test' }, effect: READ },
  forgejo: { event: 'push', effect: WWW },
  'acme-dns-01: the validation fails': {
    // curl would read a value that begins with @ from a file.
    payload: { inputs: { value: '@value' } },
    replace: ['echo ', 'false '],
    effect: [...SESSION, `POST ${CHALLENGE}`, `DELETE ${CHALLENGE}`],
    failure: 'updated DNS: example.com',
  },
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
  'several-jobs': { box: TWO_FACTOR, effect: [...WWW, ...put('api'), ...put('static')] },
  'call-several-jobs': { event: 'push', effect: [...WWW, ...put('api'), ...put('static')] },
  'job-outputs': { effect: WWW },
  'self-signed-two-factor': { box: { ...TWO_FACTOR, certificate: 'self-signed' }, effect: READ },
};

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
  for (const [name, options] of Object.entries(RUNS)) test(name, () => run(fileOf(name), options));
}

async function run(file: string, options: Run): Promise<void> {
  const { event = 'workflow_dispatch', payload = {}, failure } = options;
  await using box = await startBox(options.box);
  await using proxy = await startProxy();
  options.prepare?.(box);
  using repository = mkdtempDisposableSync(join(tmpdir(), 'example-'));
  const path = (...parts: string[]) => join(repository.path, ...parts);
  cpSync(join(ROOT, 'examples'), path('.github', 'workflows'), { recursive: true });
  cpSync(join(ROOT, 'dist'), path('action', 'dist'), { recursive: true });
  cpSync(join(ROOT, 'action.yml'), path('action', 'action.yml'));
  execSync(COMMIT, { cwd: repository.path });
  const workflow = path('.github', 'workflows', file);
  // Unlike the runners of Gitea and Forgejo, act takes no URL.
  const text = readFileSync(workflow, 'utf8').replace(`https://github.com/${ACTION}`, ACTION);
  writeFileSync(workflow, text.replace(...(options.replace ?? ['', ''])));
  writeFileSync(path('event.json'), JSON.stringify(payload));
  const { exitCode, output } = await act(event, file, repository.path, [
    `--local-repository=${ACTION}=${path('action')}`,
    `--eventpath=${path('event.json')}`,
    `--var=BOX_HOST=${box.host}`,
    `--var=BOX_EMAIL=${ADMIN.email}`,
    `--var=BOX_CERTIFICATE=${box.ca}`,
    '--var=PREVIEW_INBOX=inbox@example.com',
    `--secret=BOX_PASSWORD=${ADMIN.password}`,
    `--secret=BOX_TOTP_SECRET=${options.box?.accounts?.[0]?.totpSecret ?? ''}`,
    '--env=GITHUB_REPOSITORY=me/deployment',
    // As if it were a public CA.
    ...[`--env=NODE_EXTRA_CA_CERTS=${CA_FILE}`, `--env=CURL_CA_BUNDLE=${CA_FILE}`],
    ...(options.box?.name === 'box.test' ? [`--env=https_proxy=${proxy.url}`] : []),
  ]);

  assert.equal(exitCode, failure === undefined ? 0 : 1, output);
  assert.ok(output.includes(failure ?? ''), output);
  const { records, aliases } = box.daemon.resources;
  const added = Object.entries(aliases.added).map((each) => each.join(' '));
  assert.deepEqual(new Set([...box.requestLog, ...records, ...added]), new Set(options.effect));
  assert.deepEqual(box.keys.valid(), []);
  for (const key of box.keys.issued()) assert.ok(!output.includes(key), output);
}
