/** `npm run demo -- NAME=VALUE ...`: a job with a stand-in box or, with BOX_EMAIL and BOX_PASSWORD, a real one. */
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { DEFAULT_ACCOUNT, startBox } from './box/box.ts';
import { readManifest } from './manifest.ts';
import { runAction, type Step } from './run-action.ts';

const account = { ...DEFAULT_ACCOUNT, totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' };
const isReal = process.env['BOX_EMAIL'] || process.env['BOX_PASSWORD'];
await using box = isReal ? undefined : await startBox({ accounts: [account], certificate: 'self-signed', delay: 60 });
const input = (name: string, standIn = '') => (box ? standIn : (process.env[name] ?? ''));
const ca = input('BOX_CERTIFICATE', box?.ca);
const inputs = {
  email: input('BOX_EMAIL', account.email),
  password: input('BOX_PASSWORD', account.password),
  host: input('BOX_HOST', box?.host),
  'totp-secret': input('BOX_TOTP_SECRET', account.totpSecret),
  'ca-certificate': ca,
  ...readArguments(),
};
const proxies = Object.entries(process.env).filter(([name]) => !box && /_proxy$/i.test(name));
const env = Object.fromEntries(proxies) as Record<string, string>;
const agent = new Agent({ proxyEnv: env, ...(ca && { ca, allowPartialTrustChain: true }) });

const DEBUG = '##[debug]';
const title = (text: string) => console.log(`\n${styleText('bold', text)}`);
let used = false;
const target = box ? 'a stand-in box, self-signed and with two-factor' : 'a real box';
console.log(`A job that signs in to ${target}`);
const { main, post } = await runAction({
  inputs,
  env,
  onStart: (kill, step) => {
    title(step === 'main' ? 'Sign in to Mail-in-a-Box' : 'Post Sign in to Mail-in-a-Box');
    const cancel = step === 'post' ? () => {} : kill;
    process.on('SIGINT', cancel).on('SIGTERM', cancel);
  },
  onLine: print,
  between: async (step) => {
    title(box ? 'Set a DNS record' : 'List the DNS records');
    if (step.exitCode !== 0) return print('Skipped.');
    const [path, value] = box ? ['/www.example.com', '203.0.113.7'] : ['', undefined];
    used = (await send(step, `/dns/custom${path}`, value)).startsWith('200');
  },
});
const signedOut = post.exitCode === 0 && post.annotations.length === 0;
if (post.log.every((line) => line.startsWith(DEBUG))) print('No output: nothing to report.');

title('After the job, with the same key');
const hasKey = 'api_key' in main.outputs;
const response = hasKey ? await send(main, '/system/privacy') : print('Skipped.');
if (box) title('Requests that the box received');
for (const line of box?.requestLog ?? []) print(line);
const revoked = response === '401 Incorrect email address or password.';
const failure = hasKey && !revoked ? 'The key may still be valid.' : 'The job failed.';
const ok = used && signedOut && revoked;
const verdict = ok ? '✓ The box rejects the key after the job.' : `✗ ${failure}`;
console.log(styleText(ok ? 'green' : 'red', `\n${verdict}`));
process.exitCode = ok ? 0 : 1;

function readArguments(): Record<string, string> {
  const names = Object.keys(readManifest().inputs);
  const pairs = process.argv.slice(2).map((each) => each.split(/=(.*)/s, 2));
  const unknown = pairs.find(([name = '', value]) => value === undefined || !names.includes(name));
  if (unknown === undefined) return Object.fromEntries(pairs);
  console.error(`Not an input: ${unknown.join('=')}. Use NAME=VALUE with: ${names.join(', ')}`);
  process.exit(1);
}

/** Sends a request with the key of the main step, as later steps do. Returns the status and the body. */
async function send({ outputs }: Step, path: string, value?: string): Promise<string> {
  const { url, email, api_key } = outputs;
  const method = value === undefined ? 'GET' : 'PUT';
  print(`${method} ${url}${path}, as ${email} with the key ***`);
  const signal = AbortSignal.timeout(15_000);
  const options = { method, agent, signal, auth: `${email}:${api_key}` };
  const sent = async () => once(request(url + path, options).end(value), 'response');
  const result = await sent()
    .then(async ([response]) => `${response.statusCode} ${(await text(response)).trim()}`)
    .catch((error) => `Error: ${error.message}`);
  print(result.replace(/\s+/g, ' ').slice(0, 300));
  return result;
}

function print(line: string): void {
  const color = line.startsWith('Error') ? 'red' : line.startsWith('Warning') ? 'yellow' : [];
  if (!line.startsWith(DEBUG)) console.log(`  ${styleText(color, line)}`);
}
