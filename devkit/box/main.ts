/** `npm run box`: a stand-in box by hand, until Ctrl-C. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Secret, TOTP } from 'otpauth';
import { startBox } from './box.ts';
import { FAULTS } from './faults.ts';

const USAGE = `Starts a stand-in Mail-in-a-Box on a loopback port; it runs until Ctrl-C.

  npm run box -- [--port N] [--totp] [--self-signed] [--delay MS] [--fault NAME [--at WHERE] [--times N]]

  --port N        listen on this port, not on a free one
  --totp          give the account two-factor authentication
  --self-signed   serve a certificate as a box does before it has one of Let's Encrypt
  --delay MS      take so long for each request; a real box takes some 60
  --fault NAME    go wrong: ${Object.keys(FAULTS).join(', ')}
  --at WHERE      only at login, logout or proof (the request that shows whether a key works)
  --times N       only so many times`;

const PLACES: Readonly<Record<string, string>> = {
  login: 'POST /admin/login',
  logout: 'POST /admin/logout',
  proof: 'GET /admin/system/privacy',
};

const values = readArguments();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const email = 'ci@example.com';
const password = 'correct horse battery staple';
const totpSecret = values.totp ? new Secret({ size: 20 }).base32 : undefined;
const box = await startBox({
  accounts: [{ email, password, privileges: ['admin'], totpSecret }],
  certificate: values['self-signed'] ? 'self-signed' : 'issued',
  port: Number(values.port),
  delay: Number(values.delay),
}).catch((error: unknown) =>
  fail(`Cannot listen: ${error instanceof Error ? error.message : error}`),
);

const fault = FAULTS[values.fault ?? ''];
const at = PLACES[values.at ?? ''];
if (fault !== undefined) {
  box.strike(fault, { times: Number(values.times), ...(at === undefined ? {} : { at }) });
}

const folder = mkdtempSync(join(tmpdir(), 'box-'));
const caFile = join(folder, 'ca.pem');
writeFileSync(caFile, box.ca);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));

const code =
  totpSecret === undefined
    ? ''
    : `--header 'X-Auth-Token: ${TOTP.generate({ secret: Secret.fromBase32(totpSecret) })}' `;
console.log(`A stand-in Mail-in-a-Box listens on

  url             ${box.url}
  email           ${email}
  password        ${password}
${totpSecret === undefined ? '' : `  totp-secret     ${totpSecret}\n`}  ca-certificate  ${caFile}

Sign in${code === '' ? '' : ', with the code of this moment'}:

  curl --cacert ${caFile} --user '${email}:${password}' ${code}--request POST ${box.url}/login

It runs until Ctrl-C.`);

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        totp: { type: 'boolean', default: false },
        'self-signed': { type: 'boolean', default: false },
        delay: { type: 'string', default: '0' },
        fault: { type: 'string' },
        at: { type: 'string' },
        times: { type: 'string', default: '999999' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    for (const name of ['port', 'delay', 'times'] as const) {
      if (!/^\d{1,6}$/.test(values[name]))
        throw new Error(`--${name} takes a number, not '${values[name]}'`);
    }
    for (const [name, known] of [
      ['fault', FAULTS],
      ['at', PLACES],
    ] as const) {
      const value = values[name];
      if (value !== undefined && !Object.hasOwn(known, value)) {
        throw new Error(`--${name} takes one of ${Object.keys(known).join(', ')}, not '${value}'`);
      }
    }
    return values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
