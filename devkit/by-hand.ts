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
const PASSWORD = 'correct horse battery staple';
const TOTP_SECRET = new Secret({ size: 20 }).base32;

type Variables = Readonly<Record<string, string>>;

interface Check {
  /** What the document says of the output, standard error included. */
  readonly shows: RegExp;
  readonly box?: Partial<BoxOptions>;
  readonly fault?: keyof typeof FAULTS;
  readonly prepare?: (box: Box) => void;
  /** What the shell has besides. */
  readonly env?: () => Variables | Promise<Variables>;
}

const TWO_FACTOR: Partial<BoxOptions> = {
  accounts: [{ email: EMAIL, password: PASSWORD, privileges: ['admin'], totpSecret: TOTP_SECRET }],
};
/** By the title of the section, what its command shows, in one case after another. */
const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  'Runner file not usable': [{ shows: /\d+%[\s\S]*^d[rwx-]+/m }],
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
  'Login refused': [{ fault: 'hostile-text', shows: /"reason": ?"/ }],
  'Privilege missing': [{ shows: /"privileges": \[\s+"admin"/ }],
  'Host unknown': [
    { env: () => ({ HOST: 'box.nowhere.invalid' }), shows: /Could not resolve host/ },
  ],
  'Box not reached': [
    { shows: /^< HTTP\/[\d.]+ \d+/m },
    { prepare: (box) => box.goAway(), shows: /Connection refused|Could(n't| not) connect/i },
  ],
  'Box busy': [
    { fault: 502, shows: /^HTTP\/[\d.]+ 502/m },
    { fault: 503, shows: /^HTTP\/[\d.]+ 503/m },
    { fault: 504, shows: /^HTTP\/[\d.]+ 504/m },
    { shows: /"status": "invalid"/ },
  ],
  'Certificate not trusted': [
    {
      box: { certificate: 'self-signed' },
      env: () => ({ CURL_CA_BUNDLE: '' }),
      shows: /subject:[\s\S]*date:[\s\S]*issuer:/,
    },
    { box: { certificate: 'expired' }, shows: /expire date:/ },
  ],
  'No secure connection': [
    { box: { scheme: 'http' }, shows: /SSL|TLS/ },
    { box: { oldTls: true }, shows: /TLS.*alert|protocol version/i },
  ],
  Redirected: [{ fault: 'redirect', shows: /^location: https:/im }],
  'Not the API of a box': [
    { fault: 404, shows: /^HTTP\/[\d.]+ 404/m },
    { shows: /^HTTP\/[\d.]+ 200[\s\S]*"status": "invalid"/m },
  ],
  'Answer not understood': [
    { fault: 'html', shows: /<title>/ },
    { shows: /"reason": ".*"[\s\S]*"status": "invalid"/ },
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
    },
  ],
  'Key not ended': [{ shows: /"status": "ok"/ }],
  'Key still works': [{ shows: /"status": "ok"/ }],
  'Sign-out not proven': [{ shows: /^HTTP\/[\d.]+ 401/m }],
  'Saved session not readable': [{ shows: /^\.github\/workflow\.yml:2:.*STATE_session/m }],
};

const failures: string[] = [];
const page = readFileSync(join(ROOT, 'docs', 'troubleshooting.md'), 'utf8');
const commands = new Map(
  page.split(/^### /m).flatMap((section): Array<[string, string]> => {
    const command = /^```sh\n([\s\S]*?)^```$/m.exec(section)?.[1];
    return command === undefined ? [] : [[section.split('\n')[0] ?? '', command]];
  }),
);
for (const title of new Set([...commands.keys(), ...Object.keys(CHECKS)])) {
  const command = commands.get(title);
  const checks = CHECKS[title];
  if (command === undefined || checks === undefined) {
    failures.push(`${title}: ${command === undefined ? 'has no command' : 'is not checked'}`);
    continue;
  }
  console.log(`${title}\n${command}`);
  for (const check of checks) {
    const output = await runByHand(command, check);
    if (!check.shows.test(output)) failures.push(`${title}: no ${check.shows} in\n${output}`);
  }
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
