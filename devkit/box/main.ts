/** `npm run box`: a stand-in box by hand, until Ctrl-C. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Secret, TOTP } from 'otpauth';
import { startBox } from './box.ts';

const USAGE = `Starts a stand-in Mail-in-a-Box on a loopback port; it runs until Ctrl-C.

  npm run box -- [--port N] [--totp] [--self-signed] [--delay MS]

  --port N        listen on this port, not on a free one
  --totp          give the account two-factor authentication
  --self-signed   serve a certificate as a box does before it has one of Let's Encrypt
  --delay MS      take so long for each request; a real box takes some 60`;

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
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    for (const name of ['port', 'delay'] as const) {
      if (!/^\d{1,5}$/.test(values[name]))
        throw new Error(`--${name} takes a number, not '${values[name]}'`);
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
