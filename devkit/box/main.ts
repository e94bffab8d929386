/** `npm run box`: a stand-in box by hand, until Ctrl-C. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Secret, TOTP } from 'otpauth';
import { startBox } from './box.ts';
import { CERTIFICATE_KINDS, type CertificateKind } from './certificate.ts';
import { FAULTS } from './faults.ts';
import { startProxy } from './proxy.ts';

/** What each option that takes a name knows. */
const KNOWN = {
  certificate: CERTIFICATE_KINDS,
  speak: {
    tls: 'TLS as a box speaks it',
    'old-tls': 'TLS 1.0 and 1.1 only',
    http: 'HTTP without TLS',
  },
  proxy: {
    open: 'lets everything through',
    407: 'asks for other credentials than any',
    403: 'refuses',
    hanging: 'never answers',
  },
  at: {
    login: 'POST /admin/login',
    logout: 'POST /admin/logout',
    proof: 'GET /admin/system/privacy',
  },
  fault: Object.fromEntries(Object.entries(FAULTS).map(([name, { what }]) => [name, what])),
} as const satisfies Record<string, Readonly<Record<string, string>>>;

const USAGE = `Starts a stand-in Mail-in-a-Box on a loopback port; it runs until Ctrl-C.

  npm run box -- [OPTION]...

  --port N            listen on this port, not on a free one
  --totp              give the account two-factor authentication
  --delay MS          take so long for each request; a real box takes some 60
  --clock SECONDS     have a clock that is so far ahead; behind with --clock=-SECONDS
  --certificate KIND  serve a certificate of this kind:
${list(KNOWN.certificate)}
  --speak WHAT        speak this on the port:
${list(KNOWN.speak)}
  --proxy MODE        call the box box.test, a name that nothing knows but a proxy, which is started too and
${list(KNOWN.proxy)}
  --fault NAME        go wrong, as told below
  --at WHERE          only at one kind of request:
${list(KNOWN.at)}
  --times N           only so many times

Faults:
${list(KNOWN.fault)}

Without a fault of its own: give no ca-certificate, and the authority is unknown; stop the box, and connections are
refused.`;

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
  certificate: values.certificate as CertificateKind,
  scheme: values.speak === 'http' ? 'http' : 'https',
  oldTls: values.speak === 'old-tls',
  port: Number(values.port),
  delay: Number(values.delay),
  ...(values.proxy === undefined ? {} : { name: 'box.test' }),
}).catch((error: unknown) =>
  fail(`Cannot listen: ${error instanceof Error ? error.message : error}`),
);
box.clockAhead = Number(values.clock) * 1000;

const fault = Object.entries(FAULTS).find(([name]) => name === values.fault)?.[1];
if (fault !== undefined) {
  const at = Object.entries(KNOWN.at).find(([name]) => name === values.at)?.[1];
  box.strike(fault, { times: Number(values.times), ...(at === undefined ? {} : { at }) });
}

const folder = mkdtempSync(join(tmpdir(), 'box-'));
const caFile = join(folder, 'ca.pem');
writeFileSync(caFile, box.ca);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));

const url = `https://${box.host}/admin`;
const proxy = values.proxy === undefined ? undefined : await proxyFor(values.proxy);
const options = [
  `--cacert ${caFile}`,
  ...(proxy === undefined ? [] : [`--proxy ${proxy}`]),
  `--user '${email}:${password}'`,
  ...(totpSecret === undefined ? [] : [`--header 'X-Auth-Token: ${codeOf(totpSecret)}'`]),
];
console.log(`A stand-in Mail-in-a-Box listens on

  url             ${url}
  email           ${email}
  password        ${password}
${totpSecret === undefined ? '' : `  totp-secret     ${totpSecret}\n`}  ca-certificate  ${caFile}
${proxy === undefined ? '' : `  https_proxy     ${proxy}\n`}
Sign in${totpSecret === undefined ? '' : ', with the code of this moment'}:

  curl ${options.join(' ')} --request POST ${url}/login

It runs until Ctrl-C.`);

async function proxyFor(mode: string): Promise<string> {
  const refuse = mode === 'hanging' ? 'hanging' : Number(mode);
  return `http://127.0.0.1:${await startProxy(mode === 'open' ? {} : { refuse })}`;
}

function codeOf(secret: string): string {
  return TOTP.generate({
    secret: Secret.fromBase32(secret),
    timestamp: Date.now() + box.clockAhead,
  });
}

function list(known: Readonly<Record<string, string>>): string {
  return Object.entries(known)
    .map(([name, what]) => `    ${name.padEnd(20)}${what}`)
    .join('\n');
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        totp: { type: 'boolean', default: false },
        delay: { type: 'string', default: '0' },
        clock: { type: 'string', default: '0' },
        certificate: { type: 'string', default: 'issued' },
        speak: { type: 'string', default: 'tls' },
        proxy: { type: 'string' },
        fault: { type: 'string' },
        at: { type: 'string' },
        times: { type: 'string', default: '999999' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    for (const name of ['port', 'delay', 'clock', 'times'] as const) {
      if (!/^-?\d{1,6}$/.test(values[name]) || (name !== 'clock' && values[name].startsWith('-')))
        throw new Error(`--${name} takes a number, not '${values[name]}'`);
    }
    for (const [option, known] of Object.entries(KNOWN)) {
      const value = values[option as keyof typeof KNOWN];
      if (value !== undefined && !Object.hasOwn(known, value)) {
        throw new Error(
          `--${option} takes one of ${Object.keys(known).join(', ')}, not '${value}'`,
        );
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
