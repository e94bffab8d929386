import { afterEach, expect, jest, test } from '@jest/globals';
import { annotate, mask, maskKey } from '../../src/action/log.ts';
import { runStepAndExit } from '../../src/action/run-step.ts';
import { BoxError } from '../../src/box/errors.ts';
import { anchor } from '../support.ts';

const NOT_REACHED = 'Box unreachable';
const UNEXPECTED = 'Unexpected error';
const EXPECTED = new BoxError(NOT_REACHED, 'The box is 100% down');
const SECRET = 'the secret of this test';
const BUG = new TypeError(`x\n::error::\r\u2028##[error]\u001b[31m ${SECRET} ${'y'.repeat(999)}`);
const listeners = process.listeners('uncaughtException');

afterEach(() => {
  process.exitCode = undefined;
  process.env['RUNNER_DEBUG'] = '';
  for (const listener of process.listeners('uncaughtException')) {
    if (!listeners.includes(listener)) process.off('uncaughtException', listener);
  }
});

test.each<[string, title: string, exitCode: number, step: () => Promise<void>]>([
  ['error', NOT_REACHED, 1, () => Promise.reject(EXPECTED)],
  ['error', UNEXPECTED, 1, () => Promise.reject(BUG)],
  ['warning', NOT_REACHED, 0, async () => annotate('warning', EXPECTED)],
  ['warning', UNEXPECTED, 0, async () => annotate('warning', BUG)],
])('one %s, sanitized, on one line: %s', async (level, title, exitCode, step) => {
  const printed = await print(() => runStepAndExit(step));
  const [command, link] = [`::${level} title=${title}::`, `\\.md#${anchor(title)}`];
  expect(printed).toMatch(new RegExp(`^${command}[^\\p{C}\u2028]+${link}\\r?\\n$`, 'u'));
  expect(printed).not.toMatch(/%0|##\[|y{300}|the secret/);
  expect(process.exitCode).toBe(exitCode);
});

test('an annotation is never cut', async () => {
  const long = new BoxError(NOT_REACHED, 'x'.repeat(400), { remedy: 'The fix.' });
  expect(await print(() => annotate('error', long))).toContain(`::${long.message}. The fix. https://`);
});

test.each(['error', 'warning'] as const)('debug logging adds the stacks of an %s and its causes', async (level) => {
  process.env['RUNNER_DEBUG'] = '1';
  const cause = new BoxError(NOT_REACHED, 'inner', { cause: BUG });
  const error = new BoxError(NOT_REACHED, 'outer', { cause });
  const lines = (await print(() => annotate(level, error))).trim().split(/\r?\n/);
  expect(lines.shift()).toMatch(`::${level} `);
  const causes = lines.filter((line) => /^::debug::(Type)?Error: /.test(line));
  expect(causes).toHaveLength(3);
  expect(lines).toContainEqual(expect.stringMatching(/^::debug::\s*at .*:\d+/));
  expect(lines.filter((line) => !/^::debug::[^\p{C}]*$/u.test(line))).toEqual([]);
  expect(lines.join()).not.toContain(SECRET);
});

test('of a key in the base64 of a longer text, masks leave at most a character at each end', async () => {
  const key = 'f0e1d2c3'.repeat(8);
  for (let length = 1; length <= 30; length++) {
    const email = 'x'.repeat(length);
    const masks = (await printAll(() => maskKey(email, key))).replaceAll('::add-mask::', '').trim().split(/\r?\n/);
    for (const before of ['', `${email}:`, email]) {
      const after = before === `${email}:` ? '' : email;
      const text = Buffer.from(before + key + after).toString('base64');
      const shown = masks.reduce((all, each) => all.replace(each, '*'.repeat(each.length)), text);
      // A character has six bits, a byte eight.
      const ofKey = shown.slice(Math.floor((before.length * 8) / 6), Math.ceil(((before + key).length * 8) / 6));
      expect(`${before}KEY${after}: ${ofKey.slice(1, -1)}`).toMatch(/: [*]+$/);
    }
  }
});

/** What is printed meanwhile. */
async function printAll(action: () => unknown): Promise<string> {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  await action();
  const printed = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
  return printed;
}

/** The same without masks. */
async function print(action: () => unknown): Promise<string> {
  const printed = await printAll(() => [mask(SECRET), action()].at(-1));
  return printed.replaceAll(/^::add-mask::.*\r?\n/gm, '');
}
