import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readKeyValues } from '../../devkit/runner/command-files.ts';
import { parseCommand } from '../../devkit/runner/commands.ts';
import { runJob } from '../../devkit/runner/job.ts';
import { Masker } from '../../devkit/runner/masker.ts';
import { expectNoSecret, onPosix } from '../support.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'actions-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes an action of two scripts. */
function action(name: string, main: string, post = ''): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(
    join(path, 'action.yml'),
    `name: ${name}\ndescription: For a test\ninputs:\n  greeting: { description: A text, default: 'hello' }\n` +
      'runs: { using: node24, main: main.cjs, post: post.cjs }\n',
  );
  writeFileSync(join(path, 'main.cjs'), main);
  writeFileSync(join(path, 'post.cjs'), post);
  return path;
}

const SET = "const set = (file, text) => require('fs').appendFileSync(process.env[file], text);";

describe('the stand-in runner shows a leak', () => {
  const secret = 'the secret/of & this "job"';
  const leaks = [
    ['as it is', secret],
    ['in base64', Buffer.from(`user:${secret}`).toString('base64')],
    ['URL-encoded', encodeURIComponent(secret)],
  ] as const;

  test.each(leaks)('%s, in the raw output, though its log hides it', async (form, leak) => {
    const uses = action(`leak-${form}`, `console.log(${JSON.stringify(`well: ${leak}`)})`);
    const { steps, log } = await runJob({ secrets: { SECRET: secret }, steps: [{ uses }] });
    const raw = steps[0]?.stdout ?? '';
    expect(() => expectNoSecret(raw, [secret])).toThrow();
    expect(log.join('\n')).toMatch(/^well: .*\*\*\*/);
    expect(log.join('\n')).not.toContain(secret);
  });

  test('on the standard error stream, and not where a mask is asked for', async () => {
    const uses = action('mask', `console.log('::add-mask::${secret}'); console.error('${secret}')`);
    const { steps, log } = await runJob({ steps: [{ uses }] });
    expect(() => expectNoSecret(steps[0]?.stderr ?? '', [secret])).toThrow();
    expectNoSecret(steps[0]?.stdout ?? '', [secret]);
    expect(log).toEqual(['***']);
  });
});

test('inputs get their defaults, and are evaluated anew for the post-step', async () => {
  const print = "console.log(process.env.INPUT_GREETING + ' ' + process.env.STATE_step)";
  const uses = action('inputs', `${SET} ${print}; set('GITHUB_STATE', 'step=saved\\n')`, print);
  const steps = [
    { uses },
    { uses, with: { Greeting: `\${{ env.NAME }}` } },
    { run: 'echo "NAME=afterwards" >> "$GITHUB_ENV"' },
  ];
  const { log } = await runJob({ env: { NAME: 'before' }, steps });
  expect(log).toEqual(['hello undefined', 'before undefined', 'afterwards saved', 'hello saved']);
});

test('posts run in reverse order, after a failed and after a killed main too; later steps do not', async () => {
  const killed = action(
    'killed',
    "process.kill(process.pid, 'SIGKILL')",
    "console.log('post of killed')",
  );
  const good = action('good', "console.log('main')", "console.log('post of good')");
  const { conclusion, log, steps } = await runJob({
    steps: [
      { uses: good },
      { uses: killed },
      { uses: good },
      { run: 'echo cleaned up', if: 'always()' },
    ],
  });
  expect(conclusion).toBe('failure');
  expect(steps.map((step) => step.conclusion)).toEqual([
    'success',
    'failure',
    'skipped',
    'success',
    'success',
    'success',
  ]);
  expect(log).toEqual(['main', 'cleaned up', 'post of killed', 'post of good']);
});

test('outputs come from the file and from the log; a job output with a secret is dropped', async () => {
  const uses = action(
    'outputs',
    `${SET} set('GITHUB_OUTPUT', 'one=1=1\\ntwo<<END\\na\\nb\\nEND\\n');
     console.log('::set-output name=three::3%0A3'); console.log('::add-mask::1=1')`,
  );
  const outputs = Object.fromEntries(
    ['one', 'two', 'three'].map((name) => [name, `\${{ steps.it.outputs.${name} }}`]),
  );
  const result = await runJob({ steps: [{ id: 'it', uses }], outputs });
  expect(result.steps[0]?.outputs).toEqual({ one: '1=1', two: 'a\nb', three: '3\n3' });
  expect(result.outputs).toEqual({ two: 'a\nb', three: '3\n3' });
});

test('annotations have their title; stopped commands are mere text', async () => {
  const uses = action(
    'annotations',
    `console.log('::error title=T%3A1,file=x::a%0Ab'); console.log('text ##[warning]w');
     console.log('::stop-commands::token'); console.log('::error::not one'); console.log('::token::'); console.log('::debug::d')`,
  );
  const { steps } = await runJob({ steps: [{ uses }] });
  expect(steps[0]?.annotations).toEqual([
    { level: 'error', title: 'T:1', message: 'a\nb' },
    { level: 'warning', title: undefined, message: 'w' },
  ]);
  expect(steps[0]?.log).toEqual(['Error: a', 'b', 'Warning: w', '::error::not one']);
});

test('a command file that cannot be read fails the step, and the posts run', async () => {
  const uses = action(
    'broken',
    `${SET} set('GITHUB_OUTPUT', 'nonsense\\n')`,
    "console.log('post')",
  );
  const { conclusion, log } = await runJob({ steps: [{ uses }] });
  expect(conclusion).toBe('failure');
  expect(log).toEqual([
    "Error: Unable to process file command 'output' successfully.",
    "Error: Invalid format 'nonsense'",
    'post',
  ]);
});

test('an empty mask is warned about', async () => {
  const uses = action('empty-mask', "console.log('::add-mask::')");
  const { log } = await runJob({ steps: [{ uses }] });
  expect(log).toEqual(["Warning: Can't add secret mask for empty string in ##[add-mask] command."]);
});

onPosix('cancelling sends SIGINT, SIGTERM after 7.5 s, and kills after 2.5 s more', async () => {
  const uses = action(
    'stubborn',
    `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => console.log(signal + ' ' + Math.round(performance.now())));
     setInterval(() => {}, 1000); console.log('ready')`,
    "console.log('post')",
  );
  const cancel = new AbortController();
  let started = 0;
  const { conclusion, steps } = await runJob({
    steps: [{ uses }, { run: 'echo never' }],
    cancel: cancel.signal,
    onLine: (line) => {
      if (line !== 'ready') return;
      started = performance.now();
      cancel.abort();
    },
  });
  expect(conclusion).toBe('cancelled');
  expect(steps.map((step) => step.conclusion)).toEqual(['cancelled', 'skipped', 'success']);
  expect(steps[0]?.signal).toBe('SIGKILL');
  // The post-step runs under always(), so that no cancelling reaches it.
  expect(steps[2]?.log).toEqual(['post']);
  const [, int, term] = /SIGINT (\d+)\nSIGTERM (\d+)\n/.exec(steps[0]?.stdout ?? '') ?? [];
  expect(Number(term) - Number(int)).toBeGreaterThanOrEqual(7_000);
  expect(performance.now() - started).toBeGreaterThanOrEqual(9_900);
});

describe('masks', () => {
  test.each([
    ['the value', 'secret value', 'a secret value b', 'a *** b'],
    ['each of its lines', 'first\r\n second ', 'first, second', '***, ***'],
    [
      'base64 after one character',
      'a long secret',
      Buffer.from('xa long secret').toString('base64'),
      'eGEg***',
    ],
    ['JSON', 'a\t"b"', JSON.stringify('a\t"b"'), '"***"'],
    ['XML', '<a & b>', '&lt;a &amp; b&gt;', '***'],
    ['URI', "it's (a) b", 'it%27s%20%28a%29%20b', '***'],
    ['a shell argument', 'say "it"', 'say \\"it\\"', '***'],
    ['without its outer quotes', '"a quoted one"', 'a quoted one', '***'],
    ['parts around an ampersand', 'longer one&longer two', 'longer two', '***'],
  ])('%s', (_, secret, line, masked) => {
    const masker = new Masker();
    masker.add(secret);
    expect(masker.mask(line)).toBe(masked);
  });

  test('that overlap or touch become one, and empty ones none', () => {
    const masker = new Masker();
    for (const secret of ['abcd', 'cdef', 'gh', ' ', '']) masker.add(secret);
    expect(masker.mask('x abcdefgh y')).toBe('x *** y');
  });
});

test.each([
  [
    '  ::error title=a,line=1::b%25',
    { name: 'error', properties: { title: 'a', line: '1' }, data: 'b%' },
  ],
  [
    'x ##[error title=a;line=1]b',
    { name: 'error', properties: { title: 'a', line: '1' }, data: 'b' },
  ],
  ['::ERROR::a%3Ab', { name: 'error', properties: {}, data: 'a%3Ab' }],
  ['::unknown::x', undefined],
  ['x ::error::y', undefined],
])('%s is parsed as the runner does', (line, command) => {
  expect(parseCommand(line)).toEqual(command);
});

test.each([
  ['a=b\n\nc<<E\n1\n\n2\nE\n', { a: 'b', c: '1\n\n2' }],
  ['a=x\ry\n', { a: 'x\ry' }],
  ['a=1\na=2', { a: '2' }],
])('the file %j holds values', (content, values) => {
  const path = join(folder, 'values');
  writeFileSync(path, content);
  expect(readKeyValues(path)).toEqual(values);
});

test.each(['no value', 'a<<E\n1\n'])('the file %j is refused', (content) => {
  const path = join(folder, 'values');
  writeFileSync(path, content);
  expect(() => readKeyValues(path)).toThrow();
});
