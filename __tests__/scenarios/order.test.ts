import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Box } from '../../devkit/box/box.ts';
import { answerWith, type Fault } from '../../devkit/box/faults.ts';
import { readKeyValues } from '../../devkit/runner/command-files.ts';
import { asked, box, FULL_DISK, LOGIN, LOGOUT, onLinux, type Run, run, TOTP } from '../support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'order-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('files that cannot be used are found before the box is asked', () => {
  test.each(['GITHUB_STATE', 'GITHUB_OUTPUT'] as const)('%s', async (variable) => {
    const target = await box();
    const missing = join(folder, 'missing');
    for (const [path, message] of [
      [
        '',
        /^The variable GITHUB_\w+ is not set, so the session key could not be handed on safely\./,
      ],
      [missing, /missing, the file of GITHUB_\w+: it is not there\./],
      [folder, /the file of GITHUB_\w+: it is a folder\./],
      [FULL_DISK, /^Cannot write to \/dev\/full, the file of GITHUB_\w+: the disk is full\./],
    ] as const) {
      if (path === FULL_DISK && !existsSync(path)) continue;
      const { main } = await run(target, { step: { commandFiles: { [variable]: path } } });
      expect(main).toMatchObject({
        exitCode: 1,
        annotations: [
          {
            level: 'error',
            title: 'Runner file not usable',
            message: expect.stringMatching(message),
          },
        ],
      });
      expect(main.annotations[0]?.message).toContain(variable);
    }
    expect(asked(target)).toEqual([]);
  });
});

test('what a file held is kept, and no empty line is added, which not every runner reads', async () => {
  const target = await box();
  const [GITHUB_STATE, GITHUB_OUTPUT] = [join(folder, 'state'), join(folder, 'output')];
  for (const path of [GITHUB_STATE, GITHUB_OUTPUT]) writeFileSync(path, 'before=1\n');
  await run(target, { step: { commandFiles: { GITHUB_STATE, GITHUB_OUTPUT } } });
  for (const [path, name] of [
    [GITHUB_STATE, 'session'],
    [GITHUB_OUTPUT, 'api_key'],
  ] as const) {
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^before=1\\n${name}<<`));
    expect(readFileSync(path, 'utf8').trimEnd()).not.toMatch(/^$/m);
  }
});

describe('mask, then save, then hand over', () => {
  test('where saving fails, the key is masked already, not handed over, and ended at once', async () => {
    const target = await box();
    const { main, post } = await runWithFolderInPlaceOf('GITHUB_STATE', target);
    expect(main.annotations).toMatchObject([
      {
        title: 'Runner file not usable',
        message: expect.stringMatching(/GITHUB_STATE: it is a folder/),
      },
    ]);
    expect(masks(main.stdout)).toContainEqual(expect.stringMatching(/^[0-9a-f]{64}$/));
    expect(main.outputs).toEqual({});
    expect(asked(target)).toEqual([LOGIN, LOGOUT]);
    expect(target.daemon.sessions.keys()).toEqual([]);
    expect(post).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test('where handing over fails, the key is saved already, and ended at once', async () => {
    const target = await box();
    let saved: string | undefined;
    const state = join(folder, 'state');
    writeFileSync(state, '');
    const { main } = await runWithFolderInPlaceOf('GITHUB_OUTPUT', target, {
      GITHUB_STATE: state,
      onLogout: ({ send }) => {
        saved = readKeyValues(state)['session'];
        return send();
      },
    });
    expect(main.annotations).toMatchObject([
      {
        title: 'Runner file not usable',
        message: expect.stringMatching(/GITHUB_OUTPUT: it is a folder/),
      },
    ]);
    expect(JSON.parse(saved ?? '')).toMatchObject({
      url: target.url,
      api_key: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(asked(target)).toEqual([LOGIN, LOGOUT]);
    expect(target.daemon.sessions.keys()).toEqual([]);
    // Nothing is left for the post-step.
    expect(readKeyValues(state)).toEqual({ session: '' });
  });

  test('where ending it at once fails too, the post-step does it', async () => {
    const target = await box();
    const { main } = await runWithFolderInPlaceOf('GITHUB_OUTPUT', target, {
      onLogout: answerWith('', 500),
    });
    expect(main.exitCode).toBe(1);
    expect(asked(target)).toEqual([LOGIN, LOGOUT, LOGOUT]);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  onLinux.each(['GITHUB_STATE', 'GITHUB_OUTPUT'] as const)(
    'where the disk is full by then, at %s, the key is ended',
    async (variable) => {
      const target = await box();
      const { main } = await runWithFolderInPlaceOf(variable, target, { full: true });
      expect(main.annotations).toMatchObject([
        { title: 'Runner file not usable', message: expect.stringMatching(/the disk is full\./) },
      ]);
      expect(asked(target)).toEqual([LOGIN, LOGOUT]);
      expect(target.daemon.sessions.keys()).toEqual([]);
    },
  );

  test('where neither saving nor ending it works, both are told', async () => {
    const target = await box();
    const { main } = await runWithFolderInPlaceOf('GITHUB_STATE', target, {
      onLogout: answerWith('', 500),
    });
    expect(main).toMatchObject({
      exitCode: 1,
      annotations: [
        { level: 'warning', title: 'Key not ended' },
        { level: 'error', title: 'Runner file not usable' },
      ],
    });
  });

  test('every secret is masked before the first request, the key before it is saved', async () => {
    const target = await box();
    const secret = TOTP.totpSecret.toLowerCase().replace(/.{8}/g, '$& ').trim();
    const { main, post } = await run(target, {
      with: { email: TOTP.email, password: TOTP.password, 'totp-secret': secret },
    });
    const lines = main.stdout.split('\n');
    const first = lines.findIndex((line) => line.startsWith('::debug::POST'));
    const basic = (value: string) => Buffer.from(`${TOTP.email}:${value}`).toString('base64');
    const key = main.outputs['api_key'] ?? '';
    expect(new Set(masks(lines.slice(0, first).join('\n')))).toEqual(
      new Set([TOTP.password, secret, TOTP.totpSecret, basic(TOTP.password)]),
    );
    expect(masks(lines.slice(first).join('\n'))).toEqual([key, basic(key)]);
    expect(masks(post.stdout)).toEqual([key, basic(key)]);
  });
});

interface Tampering {
  readonly GITHUB_STATE?: string;
  /** A full disk in the place of the folder. */
  readonly full?: boolean;
  /** What happens at the first logout. */
  readonly onLogout?: Fault;
}

/** Puts a folder in the place of a file while the login is under way. */
function runWithFolderInPlaceOf(
  variable: 'GITHUB_STATE' | 'GITHUB_OUTPUT',
  target: Box,
  { onLogout, full = false, ...files }: Tampering = {},
): Promise<Run> {
  const path = join(folder, variable);
  writeFileSync(path, '');
  const swap: Fault = ({ send }) => {
    rmSync(path);
    if (full) symlinkSync(FULL_DISK, path);
    else mkdirSync(path);
    return send();
  };
  target.strike(swap, { at: LOGIN });
  if (onLogout !== undefined) target.strike(onLogout, { at: LOGOUT, times: 1 });
  return run(target, { step: { commandFiles: { [variable]: path, ...files } } });
}

function masks(stdout: string): string[] {
  return [...stdout.matchAll(/^::add-mask::(.*)$/gm)].map(([, value]) => value ?? '');
}
