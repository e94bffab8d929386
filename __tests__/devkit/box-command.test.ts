import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from '@jest/globals';
import { FAULTS } from '../../devkit/box/faults.ts';
import { fastClock, ROOT, run } from '../support.ts';

const COMMAND = join(ROOT, 'devkit', 'box', 'main.ts');
const CREDENTIALS = { email: 'ci@example.com', password: 'correct horse battery staple' };

const stops: Array<() => void> = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

test('--help has a sentence for each fault', () => {
  const { stdout } = spawnSync(process.execPath, [COMMAND, '--help'], { encoding: 'utf8' });
  const [, faults = ''] = stdout.split('Faults:\n');
  const told = Array.from(faults.matchAll(/^ {4}(\S+) +(.+\.)$/gm), ([, name, what]) => [
    name,
    what,
  ]);
  expect(told).toEqual(Object.entries(FAULTS).map(([name, { what }]) => [name, what]));
});

test.each([
  [['--fault', 'flood'], '--fault takes one of 101, 201, '],
  [['--certificate', 'none'], '--certificate takes one of issued, self-signed, '],
  [['--at', 'lunch'], "--at takes one of login, logout, proof, not 'lunch'"],
  [['--clock', 'late'], "--clock takes a number, not 'late'"],
  [['--delay=-1'], "--delay takes a number, not '-1'"],
  [['--port', '1'.repeat(9)], '--port takes a number'],
  [['--nonsense'], "Unknown option '--nonsense'"],
])('%j is told with what it may be, and no stack trace', (options, why) => {
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...options], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain(why);
  expect(stderr).not.toMatch(/^ +at /m);
});

describe('a box by hand', () => {
  test('is signed in to with what it prints, two-factor and a clock of its own too', async () => {
    const { url = '', ...given } = await startByHand('--totp', '--clock=-40', '--delay', '60');
    const { conclusion } = await run(target(given), {
      with: { ...CREDENTIALS, host: url, 'totp-secret': given['totp-secret'] ?? '' },
      env: fastClock(5),
    });
    expect(conclusion).toBe('success');
  });

  test('is reached through its proxy alone', async () => {
    const { url = '', https_proxy = '', ...given } = await startByHand('--proxy', 'open');
    expect(url).toMatch(/^https:\/\/box\.test:/);
    const { conclusion } = await run(target(given), {
      with: { ...CREDENTIALS, host: url },
      env: { https_proxy },
    });
    expect(conclusion).toBe('success');
  });

  test.each([
    [['--fault', 'hostile-key'], 'Answer not understood'],
    // Its Retry-After ends the tries at once, and so does not race with the timeout.
    [['--fault', '429', '--at', 'login'], 'Box busy'],
    [['--certificate', 'expired'], 'Certificate not trusted'],
    [['--speak', 'old-tls'], 'No secure connection'],
    [['--speak', 'http'], 'No secure connection'],
    [['--proxy', '403'], 'Proxy refused'],
    [['--proxy', 'hanging'], 'Proxy failed'],
  ])('goes wrong by %j', async (options, title) => {
    const { url = '', https_proxy = '', ...given } = await startByHand(...options);
    const { main } = await run(target(given), {
      with: { ...CREDENTIALS, host: url, timeout: '5' },
      env: { https_proxy, ...fastClock(5) },
    });
    expect(main.annotations).toMatchObject([{ title }]);
  });
});

function target(given: Record<string, string>) {
  return { host: '', ca: readFileSync(given['ca-certificate'] ?? '', 'utf8') };
}

/** Gives what the box says of itself. */
async function startByHand(...options: string[]): Promise<Record<string, string>> {
  const child = spawn(process.execPath, [COMMAND, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stops.push(() => child.kill());
  const lines: string[] = [];
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
  while (!lines.includes('It runs until Ctrl-C.')) await once(reader, 'line');
  const said = lines.map((line) => /^ {2}([\w-]+) {2,}(\S.*)$/.exec(line) ?? []);
  return Object.fromEntries(said.map(([, name = '', value = '']) => [name, value]));
}
