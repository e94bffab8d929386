/**
 * `npm run by-hand`: runs each command of docs/troubleshooting.md in bash against a stand-in box that is as the
 * section tells, and looks at what it shows.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Secret, TOTP } from 'otpauth';
import { type Box, type BoxOptions, startBox } from './box/box.ts';
import { FAULTS } from './box/faults.ts';
import { startProxy } from './box/proxy.ts';

const ROOT = join(import.meta.dirname, '..');
const EMAIL = 'ci@example.com';
/** With all that a shell or curl may take for its own. */
const PASSWORD = `a"b\\c 'd' $e %41`;
const TOTP_SECRET = new Secret({ size: 20 }).base32;

type Variables = Readonly<Record<string, string>>;

interface Check {
  /** What is in the output, standard error included, and what is not. */
  readonly shows: RegExp;
  readonly hides?: RegExp;
  readonly box?: Partial<BoxOptions>;
  readonly fault?: keyof typeof FAULTS;
  readonly prepare?: (box: Box) => void;
  /** What the shell has besides. */
  readonly env?: () => Variables | Promise<Variables>;
}

const TWO_FACTOR: Partial<BoxOptions> = {
  accounts: [{ email: EMAIL, password: PASSWORD, privileges: ['admin'], totpSecret: TOTP_SECRET }],
};
const ORDINARY: Partial<BoxOptions> = {
  accounts: [{ email: EMAIL, password: PASSWORD, privileges: [] }],
};

/** By the title of the section, what its command shows, in one case after another. */
const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  'Runner file not usable': [{ shows: /Use%[\s\S]*\d+%[\s\S]*^d[rwx-]+/m }],
  'Password refused': [
    { shows: /"status": "ok"/ },
    { env: () => ({ PASSWORD: 'another' }), shows: /"status": "invalid"/ },
  ],
  'Two-factor code missing': [{ box: TWO_FACTOR, shows: /"status": "missing-totp-token"/ }],
  'Two-factor code refused': [
    {
      box: TWO_FACTOR,
      env: () => ({ CODE: new TOTP({ secret: TOTP_SECRET }).generate() }),
      shows: /"status": "ok"/,
    },
    { box: TWO_FACTOR, env: () => ({ CODE: 'no-code' }), shows: /"reason": "invalid-totp-token"/ },
  ],
  'Login refused': [
    { fault: 'hostile-text', shows: /"reason":/ },
    { env: () => ({ PASSWORD: '' }), shows: /"reason": "Enter a password\."/ },
  ],
  'Privilege missing': [
    { box: ORDINARY, shows: /"privileges": \[\]/ },
    { shows: /"privileges": \[\s+"admin"/ },
  ],
  'Host unknown': [
    { env: () => ({ HOST: 'box.nowhere.invalid' }), shows: /Could not resolve host/ },
    { shows: /^HTTP/, hides: /Could not resolve/ },
  ],
  'Box not reached': [
    { shows: /^< Date:/m },
    { prepare: (box) => box.goAway(), shows: /Connection refused|connect to/i, hides: /^< /m },
  ],
  'Box busy': [
    { fault: 502, shows: /^HTTP\/[\d.]+ 502/m },
    { fault: 503, shows: /^HTTP\/[\d.]+ 503/m },
    { fault: 504, shows: /^HTTP\/[\d.]+ 504/m },
    { shows: /"status": "ok"/ },
  ],
  'Certificate not trusted': [
    {
      box: { certificate: 'self-signed' },
      env: () => ({ CURL_CA_BUNDLE: '' }),
      shows: /subject: (.*)[\s\S]*expire date: [\s\S]*issuer: \1/,
    },
    { box: { certificate: 'expired' }, shows: /expire date: / },
  ],
  'No secure connection': [
    { box: { scheme: 'http' }, shows: /error/i, hides: /^< HTTP/m },
    { box: { oldTls: true }, shows: /error/i, hides: /^< HTTP/m },
    { shows: /^< HTTP/m, hides: /error/i },
  ],
  Redirected: [
    { fault: 'redirect', shows: /^location: https:/im },
    { shows: /^HTTP/m, hides: /^location:/im },
  ],
  'Not the API of a box': [
    { fault: 404, shows: /^HTTP\/[\d.]+ 404/m },
    { shows: /^HTTP\/[\d.]+ 200[\s\S]*"status": "ok"/m },
  ],
  'Answer not understood': [
    { fault: 'html', shows: /<title>/, hides: /"status"/ },
    { shows: /^Content-Type: application\/json[\s\S]*\{\s+"status": "ok"\s+\}\s*$/m },
  ],
  'Proxy failed': [
    {
      env: () => ({ https_proxy: 'http://127.0.0.1:9' }),
      shows: /connect to 127\.0\.0\.1 port 9/i,
    },
    {
      box: { name: 'box.test' },
      env: async () => ({ https_proxy: `http://127.0.0.1:${await startProxy({})}` }),
      shows: /> CONNECT box\.test[\s\S]*^< HTTP\/1\.1 200/m,
    },
  ],
  'Proxy refused': [403, 407].map((refuse) => ({
    env: async () => ({ https_proxy: `http://127.0.0.1:${await startProxy({ refuse })}` }),
    shows: new RegExp(`CONNECT tunnel failed, response ${refuse}`),
  })),
  'Proxy setting not understood': [
    {
      env: () => ({ https_proxy: 'socks5://user:secret@proxy.test:1080' }),
      shows: /^https_proxy=socks5:\/\/\*\*\*@proxy\.test:1080$/m,
      hides: /secret/,
    },
    {
      env: () => ({ https_proxy: 'user:secret@proxy.test:1080' }),
      shows: /^https_proxy=\*\*\*@proxy\.test:1080$/m,
      hides: /secret/,
    },
  ],
  'Key not ended': [
    { shows: /"status": "ok"/ },
    { fault: 502, shows: /502/, hides: /"status": "ok"/ },
  ],
  'Key still works': [
    { box: { certificate: 'self-signed' }, shows: /subject: (.*)[\s\S]*issuer: \1/ },
  ],
  'Sign-out not proven': [
    { shows: /^HTTP\/[\d.]+ 401/m },
    { fault: 502, shows: /502/, hides: /401/ },
  ],
  'Saved session not readable': [{ shows: /^\.github\/workflow\.yml:2:.*STATE_session/m }],
};

const failures: string[] = [];
const sections = readFileSync(join(ROOT, 'docs', 'troubleshooting.md'), 'utf8').split(/^### /m);
for (const section of sections.slice(1)) {
  const [title = ''] = section.split('\n');
  const [, command, after = ''] =
    /^```sh\n([\s\S]*?)^```\n\n([\s\S]*?)(?:\n\n|$)/m.exec(section) ?? [];
  const checks = CHECKS[title];
  if ((command === undefined) !== (checks === undefined)) {
    failures.push(`${title}: ${checks === undefined ? 'is not checked' : 'has no command'}`);
  }
  if (command === undefined || checks === undefined) continue;
  console.log(`${title}\n${command}`);
  const outputs: string[] = [];
  for (const check of checks) {
    const output = await runByHand(command, check);
    outputs.push(output);
    const { shows, hides } = check;
    if (!shows.test(output)) failures.push(`${title}: no ${shows} in\n${output}`);
    if (hides?.test(output)) failures.push(`${title}: ${hides} in\n${output}`);
  }
  // What the text says of the output is to be seen there.
  for (const [, quoted = ''] of after.matchAll(/`([^`]+)`/g)) {
    if (outputs.every((output) => !output.toLowerCase().includes(quoted.toLowerCase()))) {
      failures.push(`${title}: ${quoted} is in no output`);
    }
  }
}
const titles = sections.map((section) => section.split('\n')[0] ?? '');
for (const title of Object.keys(CHECKS)) {
  if (!titles.includes(title)) failures.push(`${title}: is no section`);
}
console.log(failures.length === 0 ? 'All commands show what is told.' : failures.join('\n'));
// The proxies listen on.
process.exit(failures.length === 0 ? 0 : 1);

/** @returns all that the command prints */
async function runByHand(
  command: string,
  { box: options, fault, prepare, env }: Check,
): Promise<string> {
  const accounts = [{ email: EMAIL, password: PASSWORD, privileges: ['admin'] }];
  const box = await startBox({ accounts, ...options });
  const folder = mkdtempSync(join(tmpdir(), 'by-hand-'));
  try {
    if (fault !== undefined) box.strike(FAULTS[fault]);
    prepare?.(box);
    writeFileSync(join(folder, 'ca.pem'), box.ca);
    mkdirSync(join(folder, '.github'));
    writeFileSync(join(folder, '.github', 'workflow.yml'), 'env:\n  STATE_session: x\n');
    const child = spawn('bash', ['-c', `exec 2>&1\n${command}`], {
      cwd: folder,
      env: {
        ...process.env,
        HOST: box.host,
        EMAIL,
        PASSWORD,
        CURL_CA_BUNDLE: join(folder, 'ca.pem'),
        ...(await env?.()),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return await text(child.stdout);
  } finally {
    await box.close();
    rmSync(folder, { recursive: true });
  }
}
