import { existsSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { type Box, type BoxOptions, startBox } from '../devkit/box/box.ts';
import type { Certificate, CertificateKind } from '../devkit/box/certificate.ts';
import {
  type Job,
  type JobResult,
  runJob,
  type Step,
  type StepResult,
} from '../devkit/runner/job.ts';
import manifest from '../package.json' with { type: 'json' };

/** The folder of the action. */
export const ROOT = join(import.meta.dirname, '..');

export const ADMIN = {
  email: 'ci@example.com',
  password: `it's "quoted" & 100% s3cret `,
  privileges: ['admin'],
};
export const USER = { email: 'user@example.com', password: 'an ordinary password', privileges: [] };
export const TOTP = {
  email: 'totp@example.com',
  password: 'two factors are better',
  privileges: ['admin'],
  totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
};

/**
 * For what needs signals, or programs without an extension: Windows has neither, so there is nothing there to test.
 * Everywhere else it is `test`.
 */
export const onPosix = process.platform === 'win32' ? test.skip : test;

/** A disk that is always full; only Linux has one, and no other system lets a test fill a disk. */
export const FULL_DISK = '/dev/full';
export const onLinux = existsSync(FULL_DISK) ? test : test.skip;

/** What `toMatchObject` takes for nothing: an empty object there matches any. */
export const NO_OUTPUTS = expect.not.objectContaining({ api_key: expect.anything() });
export const NO_STATE = expect.not.objectContaining({ session: expect.anything() });

const boxes: Box[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await Promise.all(boxes.splice(0).map((box) => box.close()));
});

/** Has a server listen until the test is over. Gives its port. */
export async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const CERTIFICATES: Readonly<Record<string, Certificate>> = JSON.parse(
  process.env['JEST_CERTIFICATES'] ?? '{}',
);

/** A certificate that was made before all tests. */
export function certificate(kind: CertificateKind, name: string): Certificate {
  const made = CERTIFICATES[`${kind} ${name}`];
  if (made === undefined) throw new Error(`No ${kind} certificate was made for ${name}`);
  return made;
}

/** A stand-in box with the three accounts, closed after the test. */
export async function box(options: BoxOptions = {}): Promise<Box> {
  const { certificate: kind = 'issued', name = 'localhost' } = options;
  const started = await startBox({
    accounts: [ADMIN, USER, TOTP],
    ...options,
    certificate: typeof kind === 'string' ? certificate(kind, name) : kind,
  });
  boxes.push(started);
  return started;
}

export interface Run extends JobResult {
  readonly main: StepResult;
  readonly post: StepResult;
}

export interface RunOptions extends Omit<Job, 'steps'> {
  readonly with?: Readonly<Record<string, string>>;
  /** What else the step of the action has. */
  readonly step?: Partial<Step>;
  /** The steps after it; its outputs are those of `steps.box`. */
  readonly after?: readonly Step[];
  readonly before?: readonly Step[];
}

/**
 * Runs a job with the built action, as ADMIN unless told otherwise and with debug logging, and looks for leaks in
 * all that both of its steps print. The logs are given without their debug lines.
 */
export async function run(
  target: Pick<Box, 'host' | 'ca'> & Partial<Box>,
  { with: inputs = {}, step = {}, before = [], after = [], ...job }: RunOptions = {},
): Promise<Run> {
  const given: Record<string, string> = {
    email: ADMIN.email,
    password: ADMIN.password,
    host: target.host,
    'ca-certificate': target.ca,
    ...inputs,
  };
  const action = { id: 'box', ...step, uses: ROOT, with: given } as Step;
  const result = await runJob({ debug: true, ...job, steps: [...before, action, ...after] });
  const checked = (each: StepResult | undefined): StepResult => {
    if (each === undefined) throw new Error('The job has no steps');
    const output = each.stdout + each.stderr;
    expectNoSecret(output, [
      ...secretsOf(given),
      ...(target.daemon?.sessions.granted ?? []),
      ...(target.keysSent ?? []),
      ...proxySecrets({ ...job.env, ...step.env }),
    ]);
    expect(output).not.toMatch(/^ +at .*[:(]\d+/m);
    for (const { title = '', message } of each.annotations) {
      const page = `${homepage}/blob/v${version}/docs/troubleshooting.md`;
      expect(message.endsWith(` More: ${page}#${anchor(title)}`)).toBe(true);
    }
    return { ...each, log: each.log.filter((line) => !line.startsWith('##[debug]')) };
  };
  return {
    ...result,
    main: checked(result.steps[before.length]),
    post: checked(result.steps.at(-1)),
  };
}

const { homepage, version } = manifest;

/** What GitHub makes of a heading, to link to it. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

/** The password and the two-factor secret, the latter also as an app takes it: as it is inside of a URI, or without spaces. */
function secretsOf(inputs: Readonly<Record<string, string>>): Array<string | undefined> {
  const { password, 'totp-secret': totp = '' } = inputs;
  const [, inUri = totp] = /[?&]secret=([^&]*)/.exec(totp) ?? [];
  return [password, totp, inUri, inUri.replace(/[\s=]/g, '').toUpperCase()];
}

function proxySecrets(env: Readonly<Record<string, string>> = {}): string[] {
  const setting = env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '';
  const [, user = '', password = ''] = /\/\/([^:/@]*):([^/@]+)@/.exec(setting) ?? [];
  const decoded = [user, password].map((part) =>
    decodeURIComponent(part.replace(/%(?![0-9a-f]{2})/gi, '')),
  );
  return [password, ...decoded, decoded.join(':')];
}

/** Fails where a secret, or a form of it, stands in the output, other than as what the runner is told to mask. */
export function expectNoSecret(output: string, all: ReadonlyArray<string | undefined>): void {
  const secrets = all.filter((secret) => secret !== undefined && secret.trim() !== '') as string[];
  const said = output.replaceAll(/^::add-mask::(.*)$/gm, (line, escaped: string) => {
    const value = escaped.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
    const inBasic = Buffer.from(value, 'base64').toString();
    return secrets.some(
      (secret) => value === secret || value === secret.trim() || inBasic.endsWith(`:${secret}`),
    )
      ? ''
      : line;
  });
  for (const secret of secrets) {
    const base64 = [0, 1, 2].map((shift) =>
      // Without the ends, which depend on what stands around the secret.
      Buffer.from('x'.repeat(shift) + secret)
        .toString('base64')
        .slice(shift === 0 ? 0 : 4, -4),
    );
    const forms = [
      secret,
      secret.trim(),
      encodeURIComponent(secret),
      encodeURIComponent(secret).replaceAll('%20', '+'),
      secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
      ...base64,
      ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ];
    for (const form of forms.filter((each) => each.length > 3)) {
      expect(said).not.toContain(form);
    }
  }
}

/** The paths that the box was asked for, in order. */
export function asked({ requests }: Box): string[] {
  return requests.map(({ method, path }) => `${method} ${path}`);
}

export const LOGIN = 'POST /admin/login';
export const LOGOUT = 'POST /admin/logout';
export const PROOF = 'GET /admin/system/privacy';

/**
 * Variables that make the clock and the timers of an action run so many times as fast.
 *
 * @param time what the clock says now, in milliseconds since 1970
 */
export function fastClock(speed: number, time = Date.now()): Record<string, string> {
  const preload = pathToFileURL(join(ROOT, 'devkit', 'runner', 'fast-clock.mjs'));
  return { NODE_OPTIONS: `--import=${preload}`, FAST_CLOCK: `${speed}@${Date.now()}=${time}` };
}

/** A clock for a box that runs so many times as fast, from the beginning of a TOTP step, and the same for an action. */
export function fastWorld(speed: number): { clock: () => number; env: Record<string, string> } {
  const [moment, time] = [Date.now(), Math.floor(Date.now() / 30_000) * 30_000 + 1_000];
  return { clock: () => time + (Date.now() - moment) * speed, env: fastClock(speed, time) };
}
