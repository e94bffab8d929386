/** `npm run box`: a stand-in box by hand, until Ctrl-C. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Secret } from 'otpauth';
import { startBox } from './box.ts';

const USAGE = `Starts a stand-in Mail-in-a-Box on a loopback port; it runs until Ctrl-C.

  npm run box -- [--port N] [--totp] [--self-signed] [--delay MS]

  --port N        listen on this port, not on a free one
  --totp          give the account two-factor authentication
  --self-signed   serve a certificate as a box does before it has one of Let's Encrypt
  --delay MS      take so long for each request; a real box takes some 60`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    totp: { type: 'boolean', default: false },
    'self-signed': { type: 'boolean', default: false },
    delay: { type: 'string', default: '0' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
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
});
const caFile = join(tmpdir(), `stand-in-box-${box.port}.pem`);
writeFileSync(caFile, box.ca);

console.log(`A stand-in Mail-in-a-Box listens on

  url             ${box.url}
  email           ${email}
  password        ${password}
${totpSecret === undefined ? '' : `  totp-secret     ${totpSecret}\n`}  ca-certificate  ${caFile}

Sign in${totpSecret === undefined ? '' : ' (the code goes into the header X-Auth-Token)'}:

  curl --cacert ${caFile} --user '${email}:${password}' --request POST ${box.url}/login

It runs until Ctrl-C.`);
