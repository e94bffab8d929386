import { expect, test } from '@jest/globals';
import type { Account, Box } from '../devkit/box/box.ts';
import { formsOf } from '../devkit/box/encodings.ts';
import { type RunOptions, runAction, type Step } from '../devkit/run-action.ts';
import manifest from '../package.json' with { type: 'json' };
import { KEY_LOST, REMEDIES, type Title } from '../src/box/errors.ts';

/** Its password has what shells, URLs, HTML, JSON and trimming change. */
export const ADMIN: Account = {
  email: 'ci@example.com',
  password: `it's "quoted" & 100% <s3cret>\\ `,
  privileges: ['admin'],
};
export const USER: Account = { email: 'user@example.com', password: 'an ordinary password', privileges: [] };
export const TOTP: Account = {
  email: 'totp@example.com',
  password: 'two factors are better',
  privileges: ['admin'],
  totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
};
export const ACCOUNTS = [ADMIN, USER, TOTP];

export type Steps = Awaited<ReturnType<typeof runAction>>;

export const LOGIN = 'POST /admin/login';
export const LOGOUT = 'POST /admin/logout';
export const VERIFY = 'GET /admin/system/privacy';

/** Windows has no signals. */
export const onPosix = process.platform === 'win32' ? test.concurrent.skip : test.concurrent;

/**
 * Runs the built action, as ADMIN unless the inputs name another account, with debug logging. Fails if a step prints a
 * secret or an uncaught error, or an annotation that is too long, or lacks its link or a known title. SHOW_LOG=1 prints the job's log.
 */
export async function run(box: Pick<Box, 'host' | 'ca' | 'keys'>, options: RunOptions = {}): Promise<Steps> {
  const inputs = {
    email: ADMIN.email,
    password: ADMIN.password,
    host: box.host,
    'ca-certificate': box.ca,
    ...options.inputs,
  };
  const env = { RUNNER_DEBUG: '1', ...options.env };
  const steps = await runAction({ ...options, inputs, env });
  if (process.env['SHOW_LOG']) process.stderr.write(`\n${logOf(steps)}\n`);
  const secrets = [...box.keys.issued(), ...secretsIn({ ...inputs, ...env })];
  explain(steps, () => {
    for (const step of [steps.main, steps.post]) {
      expectNoSecret(step, secrets);
      expect(step.raw).not.toMatch(/^\s+at .*[:(]\d+/m);
      for (const { title, message } of step.annotations) {
        expect(Object.keys(REMEDIES)).toContain(title);
        const typical = message.replace(ACCOUNT, 'o'.repeat(12)).replaceAll(box.host, 'h'.repeat(20));
        // One line, of less than 350 characters.
        expect(typical).toMatch(/^.{1,349}$/);
        expect(message.replace(/.*(?=https:)/, '')).toBe(`${TROUBLESHOOTING}#${anchor(title)}`);
      }
    }
  });
  return steps;
}

const { homepage, version } = manifest;
const ACCOUNT = `${homepage.split('/')[3]}`;
const TROUBLESHOOTING = `${homepage}/blob/v${version.split('.')[0]}/docs/troubleshooting.md`;

/** GitHub's anchor of a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

/** The log without debug logging. */
export function shown({ log }: Step): string[] {
  return log.filter((line) => !line.startsWith('##[debug]'));
}

/** Checks whether a step reports that a response was lost, which may have contained a key. */
export function expectLostKey(steps: Steps, step: 'main' | 'post', isLost: boolean): void {
  const reports = shown(steps[step]).filter((line) => line.includes(KEY_LOST));
  explain(steps, () => (isLost ? expect(reports).not.toEqual([]) : expect(reports).toEqual([])));
}

/** Compares what became of a job. A failure shows the fields that differ, and the log. */
export function expectJob(box: Pick<Box, 'requestLog' | 'keys'>, steps: Steps, expected: object) {
  const result = {
    main: { ...outcome(steps.main), hasKey: steps.main.outputs['api_key'] !== undefined },
    post: outcome(steps.post),
    requests: box.requestLog,
    validKeys: box.keys.valid().length,
  };
  explain(steps, () => expect(result).toEqual(expected));
}

/** Adds the log of both steps to a failure. */
function explain(steps: Steps, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${logOf(steps)}`);
  }
}

function logOf({ main, post }: Steps): string {
  return ['main:', ...main.log, '', 'post:', ...post.log].join('\n');
}

/** The exit code of a step, or the signal that ended it, and the titles of its annotations, each with its level. */
export function outcome({ exitCode, signal, annotations }: Step) {
  return { exitCode: exitCode ?? signal, titles: annotations.map(({ level, title }) => `${level}: ${title}`) };
}

/** A job that signs in and out. */
export const GOOD = {
  main: { exitCode: 0, titles: [], hasKey: true },
  post: { exitCode: 0, titles: [] },
  requests: [LOGIN, LOGOUT],
  validKeys: 0,
};

/** A job whose main step fails, by default at the login. */
export function failed(title: Title, requests = [LOGIN]) {
  return { ...GOOD, main: { exitCode: 1, titles: [`error: ${title}`], hasKey: false }, requests };
}

/** A job that can't sign out, by default because the box fails. */
export function notSignedOut(level: 'warning' | 'error', title: Title, requests = [LOGIN, LOGOUT]) {
  const post = { exitCode: level === 'error' ? 1 : 0, titles: [`${level}: ${title}`] };
  return { ...GOOD, post, requests, validKeys: 1 };
}

/** Credentials as Basic authentication sends them. */
export function basic(email: string, secret: string): string {
  return Buffer.from(`${email}:${secret}`).toString('base64');
}

/** Which masks of a key are missing: plain, in its Basic form, and what of it the base64 of a longer text shows. */
export function missingMasks(masks: readonly string[], email: string, key: string) {
  const [none, one, two] = [0, 1, 2].map((shift) => {
    const text = Buffer.from('x'.repeat(shift) + key).toString('base64');
    // Without the character that also depends on what is in front, and the last ones, if they depend on what follows.
    return text.slice([0, 2, 3][shift], (shift + key.length) % 3 === 0 ? undefined : text.search(/.=*$/));
  });
  const expected = { plain: key, basic: basic(email, key), 'base64 +0': none, 'base64 +1': one, 'base64 +2': two };
  return Object.entries(expected).flatMap(([name, mask = '']) => (masks.includes(mask) ? [] : [name]));
}

/** The inputs that name an account. */
export function as({ email, password }: Account): { email: string; password: string } {
  return { email, password };
}

/** Variables with which a step runs code before its own. */
export function preload(code: string): { NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

function secretsIn(values: Readonly<Record<string, string>>): string[] {
  const { password = '', 'totp-secret': totp = '', https_proxy: proxy = '' } = values;
  const [, inUri = totp] = /[?&]secret=([^&]*)/.exec(totp) ?? [];
  const [, user = '', secret = ''] = /\/\/([^:/@]*):([^/@]+)@/.exec(proxy) ?? [];
  const decoded = decodeURIComponent(secret.replace(/%(?![0-9a-f]{2})/gi, ''));
  return [password, totp, inUri.replace(/[\s=]/g, '').toUpperCase(), secret, decoded, `${user}:${decoded}`];
}

/** All but the masks. Commands encode a percent sign, which many forms of a secret have. */
export const printed = (raw: string) => raw.replaceAll(/^::add-mask::.*$/gm, '').replaceAll('%25', '%');

/** Fails if a step printed a secret, or a form of it, other than as a mask. */
export function expectNoSecret({ raw }: Pick<Step, 'raw'>, secrets: readonly string[]): void {
  const [text, forms] = [printed(raw), secrets.filter((each) => each.length > 3).flatMap(formsOf)];
  expect(forms.filter((form) => text.includes(form))).toEqual([]);
}
