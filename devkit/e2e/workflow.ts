import assert from 'node:assert/strict';
import { execSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { type Box, type BoxOptions, DEFAULT_ACCOUNT, startBox } from '../box/box.ts';
import { startProxy } from '../box/proxy.ts';
import { act, CA_FILE, TRUST } from './act.ts';
import { startDns } from './dns.ts';
import { startPebble } from './pebble.ts';
import { assertIncludes, hash, ROOT } from './tools.ts';

const ACTION = `${new URL(manifest.homepage).pathname.slice(1)}@v${manifest.version.split('.')[0]}`;
const COMMIT = 'git init -q && git -c user.name=me -c user.email=me commit -q --allow-empty -m Start';
const NO_KEY = 'No file contains the key.';
/** A last step that shows the certificate, and that no file contains the key. */
const CHECK_FILES = `      - if: always()
        env: { API_KEY: "\${{ steps.box.outputs.api_key }}" }
        run: |
          find "$RUNNER_TEMP" -name fullchain.pem -o -name fullchain.cer -o -name example.com.crt | xargs -r cat
          status=0; grep -rF "$API_KEY" "$RUNNER_TEMP" "$GITHUB_WORKSPACE" || status=$?
          [[ $status != 1 ]] || echo "${NO_KEY}"
`;

export interface Run {
  readonly event?: string;
  readonly payload?: object;
  /** Texts of the workflow, and what replaces them. */
  readonly edits?: Readonly<Record<string, string>>;
  readonly box?: BoxOptions;
  readonly prepare?: (box: Box) => unknown;
  /** The DNS records that the box has at the start. */
  readonly records?: readonly string[];
  /** Variables of the runner. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Cancels the job as soon as this is true. */
  readonly cancelIf?: (box: Box) => boolean;
  /** The requests that the box received, and its DNS records and aliases at the end. */
  readonly effect: readonly string[];
  /** What the log contains. */
  readonly shown?: string;
  /** The job fails, and its log contains this. */
  readonly failure?: string;
  /** Checks that no file contains the key. */
  readonly checkFiles?: boolean;
  /** Checks the certificate for example.com and *.example.com. Needs `checkFiles`. */
  readonly checkCertificate?: boolean;
  readonly skip?: string | false;
}

/** Runs a workflow of examples/ with act, and checks what it did to a stand-in box. */
export async function runExample(file: string, options: Run): Promise<void> {
  const { event = 'workflow_dispatch', payload = {}, failure, shown, cancelIf } = options;
  const { certificate = 'issued', name, accounts = [DEFAULT_ACCOUNT] } = options.box ?? {};
  await using box = await startBox(options.box);
  await using proxy = await startProxy();
  using dns = await startDns(() => box.daemon.resources.dns.lines);
  await using pebble = await startPebble(dns.address);
  options.prepare?.(box);
  box.daemon.resources.dns.lines = options.records ?? [];

  using repository = mkdtempDisposableSync(join(tmpdir(), 'example-'));
  const path = (...parts: string[]) => join(repository.path, ...parts);
  cpSync(join(ROOT, 'examples'), path('.github', 'workflows'), { recursive: true });
  cpSync(join(ROOT, 'dist'), path('action', 'dist'), { recursive: true });
  cpSync(join(ROOT, 'action.yml'), path('action', 'action.yml'));
  cpSync(join(ROOT, 'examples'), path('dns'), { recursive: true });
  writeFileSync(path('dns', 'records.txt'), 'www.example.com A 203.0.113.7\n');
  execSync(COMMIT, { cwd: repository.path });
  const workflow = path('.github', 'workflows', file);
  let text = readFileSync(workflow, 'utf8')
    // Unlike the runners of Gitea and Forgejo, act takes no URL.
    .replace(`https://github.com/${ACTION}`, ACTION)
    // acme.sh has no variable for it.
    .replace('--server letsencrypt', `--server ${pebble.directory}`);
  for (const [from, to] of Object.entries(options.edits ?? {})) {
    assert.ok(text.includes(from), `${file} doesn't contain: ${from}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(workflow, options.checkFiles ? text + CHECK_FILES : text);
  writeFileSync(path('event.json'), JSON.stringify(payload));
  mkdirSync(path('letsencrypt'));
  writeFileSync(path('letsencrypt', 'cli.ini'), `server = ${pebble.directory}`);

  const variables = {
    ...TRUST,
    ...(name === 'box.test' ? { https_proxy: proxy.url } : {}),
    GITHUB_REPOSITORY: 'me/deployment',
    // certbot reads letsencrypt/cli.ini there.
    XDG_CONFIG_HOME: repository.path,
    LEGO_SERVER: pebble.directory,
    LEGO_CA_CERTIFICATES: CA_FILE,
    LEGO_DNS_RESOLVERS: dns.address,
    // The public name servers of example.com don't have the record.
    LEGO_DNS_PROPAGATION_DISABLE_ANS: 'true',
    MAILINABOX_POLLING_INTERVAL: '1',
    ...options.env,
  };
  const [upload = 'actions/upload-artifact'] = /actions\/upload-artifact@\w+/.exec(text) ?? [];
  const args = [
    `--local-repository=${upload}=${join(import.meta.dirname, 'upload')}`,
    `--local-repository=${ACTION}=${path('action')}`,
    `--eventpath=${path('event.json')}`,
    `--var=BOX_HOST=${box.host}`,
    `--var=BOX_EMAIL=${DEFAULT_ACCOUNT.email}`,
    `--var=BOX_CERTIFICATE=${certificate.startsWith('self-signed') ? box.ca : ''}`,
    '--var=PREVIEW_INBOX=inbox@example.com',
    `--var=BOX2_HOST=${box.host}`,
    `--var=BOX2_EMAIL=${DEFAULT_ACCOUNT.email}`,
    `--secret=BOX2_PASSWORD=${DEFAULT_ACCOUNT.password}`,
    `--secret=BOX_PASSWORD=${DEFAULT_ACCOUNT.password}`,
    `--secret=BOX_TOTP_SECRET=${accounts[0]?.totpSecret ?? ''}`,
    ...Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`),
  ];
  const cancel = new AbortController();
  const timer = setInterval(() => cancelIf?.(box) && cancel.abort(), 50);
  const { exitCode, output } = await act(event, file, repository.path, args, cancel.signal);
  clearInterval(timer);

  assert.equal(exitCode, failure === undefined ? 0 : 1, output);
  assertIncludes(output, failure ?? shown ?? '');
  const { dns: records, aliases } = box.daemon.resources;
  const added = Object.entries(aliases.added).map((each) => each.join(' '));
  assert.deepEqual(new Set([...box.requestLog, ...records.lines, ...added]), new Set(options.effect));
  assert.deepEqual(box.keys.valid(), []);
  for (const key of box.keys.issued()) assertIncludes(output, key, false);
  const [, { password = '' } = {}] = [...box.daemon.accounts.values()];
  assertIncludes(output, password && hash(password));
  if (password !== '') assertIncludes(output, password, false);
  if (options.checkFiles) assertIncludes(output, `| ${NO_KEY}`);
  if (options.checkCertificate) {
    const names = await pebble.namesIn(output.replace(/^.*? \| /gm, ''));
    assert.deepEqual(names, ['*.example.com', 'example.com']);
  }
}
