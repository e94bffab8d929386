/**
 * `npm run demo`: one whole job with the action, as its log would show it, against a stand-in box. With BOX_EMAIL
 * and BOX_PASSWORD in the environment it runs against that real box, and changes nothing there.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { UserApi } from '../src/box/user-api.ts';
import { type Box, startBox } from './box/box.ts';
import { runJob } from './runner/job.ts';

const ACTION = join(import.meta.dirname, '..');

/** The script of the later step. */
const SEND = `
const { URL: url, EMAIL, API_KEY } = process.env;
const Authorization = 'Basic ' + Buffer.from(EMAIL + ':' + API_KEY).toString('base64');
async function send(method, path, body) {
  console.log(method + ' ' + url + path + ', with the key ' + API_KEY);
  const response = await fetch(url + path, { method, body, headers: { Authorization } });
  console.log(response.status + ' ' + (await response.text()).trim());
  if (!response.ok) process.exitCode = 1;
}
`;
const SET_RECORD = `${SEND}await send('PUT', '/dns/custom/www.example.com', '203.0.113.7');\n`;
const READ_RECORDS = `${SEND}await send('GET', '/dns/custom');\n`;

/** The box of the demonstration. */
interface Target {
  readonly what: string;
  readonly email: string;
  readonly password: string;
  readonly host: string;
  readonly totpSecret: string;
  /** PEM. */
  readonly ca: string;
  /** The stand-in box, whose records may be changed. */
  readonly box?: Box;
  close(): Promise<void>;
}

// Ctrl-C cancels the job, so that its post-step signs out.
const cancel = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancel.abort());
/** A runner has them in its environment. */
const proxySettings = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    /^(https?|no)_proxy$/i.test(name) && value !== undefined ? [[name, value]] : [],
  ),
);

const target = realBox(process.env) ?? (await standInBox());
const folder = mkdtempSync(join(tmpdir(), 'demo-'));
try {
  process.exitCode = await demonstrate(target);
} catch (error) {
  console.error(`The demonstration failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  await target.close();
}

async function demonstrate({
  what,
  email,
  password,
  host,
  totpSecret,
  ca,
  box,
}: Target): Promise<number> {
  say(`A job that signs in to ${what}:`);
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca);
  const { conclusion, steps } = await runJob({
    secrets: { BOX_PASSWORD: password, BOX_TOTP_SECRET: totpSecret },
    env: proxySettings,
    cancel: cancel.signal,
    steps: [
      {
        id: 'box',
        name: 'Sign in to the box',
        uses: ACTION,
        with: {
          email,
          password: `\${{ secrets.BOX_PASSWORD }}`,
          host,
          'totp-secret': `\${{ secrets.BOX_TOTP_SECRET }}`,
          'ca-certificate': ca,
        },
      },
      {
        name: box ? 'Set a DNS record with the key' : 'Read the DNS records with the key',
        shell: 'node {0}',
        run: box ? SET_RECORD : READ_RECORDS,
        env: {
          URL: `\${{ steps.box.outputs.url }}`,
          EMAIL: `\${{ steps.box.outputs.email }}`,
          API_KEY: `\${{ steps.box.outputs.api_key }}`,
          ...(ca === '' ? {} : { NODE_EXTRA_CA_CERTS: caFile }),
        },
      },
    ],
    onStep: (name) => console.log(`\n${styleText('bold', `▶ ${name}`)}`),
    onLine: (line) => console.log(`  ${coloured(line)}`),
  });

  const { url, api_key } = steps[0]?.outputs ?? {};
  if (conclusion !== 'success' || url === undefined || api_key === undefined) {
    say(styleText('red', `The job ended with: ${conclusion}.`));
    return 1;
  }
  if (box !== undefined) {
    say(
      `What the box saw: ${box.requests.map(({ method, path }) => `${method} ${path}`).join(', ')}`,
    );
  }
  say('After the job, the same key once more:');
  const api = new UserApi({
    url,
    userAgent: 'mailinabox-login-demo',
    ca: ca || undefined,
    log: { info: console.log, debug: () => {} },
  });
  const works = await api.keyWorks(email, api_key, { signal: AbortSignal.timeout(30_000) });
  console.log(
    works
      ? styleText('red', '\n✗ The box still accepts it.')
      : styleText('green', '\n✓ The box refuses it: the key is dead.'),
  );
  return works ? 1 : 0;
}

function realBox(env: NodeJS.ProcessEnv): Target | undefined {
  const email = env['BOX_EMAIL'];
  const password = env['BOX_PASSWORD'];
  if (!email && !password) return undefined;
  if (!email || !password) {
    console.error(
      'For a real box, set both BOX_EMAIL and BOX_PASSWORD; for the stand-in box, neither.',
    );
    process.exit(1);
  }
  return {
    what: 'a real box, without changing anything there',
    email,
    password,
    host: env['BOX_HOST'] ?? '',
    totpSecret: env['BOX_TOTP_SECRET'] ?? '',
    ca: env['BOX_CA_CERTIFICATE'] ?? '',
    close: async () => {},
  };
}

async function standInBox(): Promise<Target> {
  const email = 'ci@example.com';
  const password = 'correct horse battery staple';
  const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  const box = await startBox({
    accounts: [{ email, password, privileges: ['admin'], totpSecret }],
    certificate: 'self-signed',
    delay: 60,
  });
  return {
    what: 'a stand-in box, self-signed and with two-factor',
    email,
    password,
    host: box.host,
    totpSecret,
    ca: box.ca,
    box,
    close: box.close,
  };
}

function say(text: string): void {
  console.log(`\n${text}`);
}

function coloured(line: string): string {
  if (line.startsWith('Error:')) return styleText('red', line);
  if (line.startsWith('Warning:')) return styleText('yellow', line);
  return line.replaceAll('***', styleText('dim', '***'));
}
