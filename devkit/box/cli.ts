/** `npm run box`: a stand-in box that runs until Ctrl-C. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { TOTP } from 'otpauth';
import { type BoxOptions, DEFAULT_ACCOUNT, startBox, type When } from './box.ts';
import { CERTIFICATE_KINDS } from './certificates.ts';
import { FAULTS, type Fault, type FaultName } from './faults.ts';
import { startProxy } from './proxy.ts';

/** For people and for `readOptions`: after a name and one space, the values that the option takes. */
const USAGE = `Starts a stand-in Mail-in-a-Box on this machine and logs the requests that it receives.

  --two-factor                   turn two-factor authentication on
  --ordinary                     use an account that isn't an administrator
  --delay NUMBER                 milliseconds that a request takes; on a real box about 60
  --clock NUMBER                 seconds that the box's clock is ahead; behind: --clock=-90
  --protocol tls|old-tls|http    protocol to speak; old-tls is TLS 1.1 at most
  --proxy open|407|403|silent    start a proxy, the only way to this box, whose name is box.test
  --at login|logout|verify       inject the fault into this request only
  --times NUMBER                 inject the fault into this many requests, not all
  --json FILE                    write the account to FILE; when FILE.stop exists, the results
  --help                         show this help
  --certificate ${Object.keys(CERTIFICATE_KINDS).join('|')}  default: issued
  --fault ${Object.keys(FAULTS).join('|')}  inject a fault`;
process.on('uncaughtException', ({ message }) => {
  console.error(`${message}\nFor help: npm run box -- --help`);
  process.exit(1);
});
const options = readOptions();
const { json, proxy: mode, fault } = options;
const number = (name: string) => Number(options[name] ?? 0);
const clock = () => Date.now() + number('clock') * 1000;
const totpSecret = options['two-factor'] && 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const { email, password } = DEFAULT_ACCOUNT;
const box = await startBox({
  ...options,
  delay: number('delay'),
  clock,
  name: mode ? 'box.test' : 'localhost',
  accounts: [{ email, password, totpSecret, privileges: options['ordinary'] ? [] : ['admin'] }],
} as BoxOptions);
const reject = mode === 'silent' ? mode : Number(mode);
const proxy = mode && (await startProxy(mode === 'open' ? {} : { reject })).url;
const when = { at: options['at'], times: number('times') || Number.POSITIVE_INFINITY } as When;
if (fault) box.inject(logged(FAULTS[fault as FaultName]), when);
box.inject(logged(({ respond }) => respond()));
const { url, host, ca, requestLog, keys } = box;
const caFile = join(mkdtempSync(join(tmpdir(), 'box-')), 'ca.pem');
writeFileSync(caFile, ca);
const code = totpSecret && new TOTP({ secret: totpSecret }).generate({ timestamp: clock() });
console.log(`The stand-in box is ready: ${url}

  host         ${host}
  email        ${email}
  password     ${password}${code ? `\n  totp-secret  ${totpSecret}, with the code ${code} now` : ''}

ca-certificate, also in ${caFile}:
${ca}
curl --cacert '${caFile}'${proxy ? ` --proxy ${proxy}` : ''} --user '${email}:${password}' \\
   ${code ? ` --header 'X-Auth-Token: ${code}'` : ''} --request POST ${url}/login

Requests, until Ctrl-C:`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
const account = { pid: process.pid, url, host, email, password, totpSecret, ca, caFile };
if (json) writeFileSync(json, JSON.stringify(account));
if (json) setInterval(() => existsSync(`${json}.stop`) && stop(), 200);

function logged(fault: Fault): Fault {
  return async (exchange) => {
    await fault(exchange);
    const { request, response } = exchange;
    const status = response.headersSent ? response.statusCode : 'no response';
    console.log(`${request.method} ${request.url}: ${status}; valid keys: ${keys.valid().length}`);
  };
}

function stop(): never {
  const [issued, valid] = [keys.issued().length, keys.valid().length];
  if (json) writeFileSync(json, JSON.stringify({ requestLog, issued, valid }));
  rmSync(dirname(caFile), { recursive: true });
  process.exit(0);
}

function readOptions(): Readonly<Record<string, string>> {
  const known = [...USAGE.matchAll(/^ +--([\w-]+)(?: ([\w|-]+))?/gm)];
  const types = known.map(([, name, takes]) => [name, { type: takes ? 'string' : 'boolean' }]);
  const values = parseArgs({ options: Object.fromEntries(types) }).values as Record<string, string>;
  if (values['help']) {
    console.log(USAGE);
    process.exit();
  }
  for (const [, name = '', takes = 'true'] of known) {
    const pattern = takes.replace(/^NUMBER$/, '-?\\d{1,6}').replace(/^FILE$/, '.+');
    if (name in values && !RegExp(`^(${pattern})$`).test(values[name] ?? ''))
      throw new Error(`--${name} takes ${takes}, not '${values[name]}'.`);
  }
  return values;
}
