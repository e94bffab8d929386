import { expect, test } from '@jest/globals';
import { type RunOptions, runAction } from '../../devkit/run-action.ts';

/** Runs other code in place of the action's two steps. `write` appends to one of the runner's files. */
function runCode(main: string, post = '', options: RunOptions = {}) {
  const code = `
    import { appendFileSync } from 'node:fs';
    const { env } = process;
    const write = (file, text) => appendFileSync(env[file], text);
    if (process.argv[1].endsWith('main.cjs')) { ${main} } else { ${post} }
    process.stdout.write('', () => process.exit());
    await new Promise(() => {});`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(code)}`;
  return runAction({ ...options, env: { NODE_OPTIONS, ...options.env } });
}

test('inputs have the defaults of action.yml', async () => {
  const print = "console.log(env.INPUT_EMAIL, env.INPUT_TIMEOUT, env['INPUT_TOTP-SECRET'] === '')";
  const { main, post } = await runCode(print, print, { inputs: { email: 'ci@example.com' } });
  expect(main.log).toEqual(['ci@example.com 120 true']);
  expect(post.log).toEqual(main.log);
});

test.each<[string, string, object]>([
  ['an exception', "throw new Error('on purpose')", { exitCode: 1, signal: null }],
  ['an exit code', 'process.exitCode = 3', { exitCode: 3, signal: null }],
  ['a kill', "process.kill(process.pid, 'SIGKILL')", {}],
])('after %s, the post-step runs, with the state and the variables of the later step', async (_, end, result) => {
  const between = () => ({ BETWEEN: 'yes' });
  const print = 'console.log(env.STATE_key, env.BETWEEN)';
  const main = `write('GITHUB_STATE', 'key=1\\n'); ${end}`;
  const steps = await runCode(main, print, { between, env: { STATE_key: 'not this one' } });
  expect(steps.main).toMatchObject({ ...result, state: { key: '1' } });
  expect(steps.main.exitCode).not.toBe(0);
  expect(steps.post).toMatchObject({ exitCode: 0, log: ['1 yes'] });
});

test('command files have values on one line or on several, with line breaks of any kind', async () => {
  const lines = ['one=1=1', 'two<<END', 'a=b', '', 'c', 'END', 'three=', ''];
  for (const lineBreak of ['\\n', '\\r\\n']) {
    const text = `'${lines.join(lineBreak)}'`;
    const { main } = await runCode(`write('GITHUB_OUTPUT', ${text})`);
    expect(main.outputs).toEqual({ one: '1=1', two: 'a=b\n\nc', three: '' });
  }
  await expect(runCode("write('GITHUB_OUTPUT', 'nonsense')")).rejects.toThrow('nonsense');
});

test('the log hides masked values in both steps; commands are decoded', async () => {
  const mask = "console.log('::add-mask::a%25b\\nx a%b x\\n::error title=T%3A1::a%25b%0Ac')";
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  const { main, post } = await runCode(mask, "console.log('::debug::a%25b')", { onLine });
  expect(main.masks).toEqual(['a%b']);
  expect(main.annotations).toEqual([{ level: 'error', title: 'T:1', message: 'a%b\nc' }]);
  expect(lines).toEqual(['x *** x', 'Error: ***\nc', '##[debug]***']);
  expect([...main.log, ...post.log]).toEqual(lines);
  expect(main.raw).toContain('x a%b x');
});

test('nothing of this environment reaches the action', async () => {
  const names = ['https_proxy', 'NODE_EXTRA_CA_CERTS', 'GITHUB_TOKEN', 'STATE_key', 'INPUT_HOST'];
  for (const name of names) process.env[name] = 'secret';
  process.env['NODE_OPTIONS'] = '--no-such-option';
  const { main } = await runCode('console.log(JSON.stringify(env))', '', { files: { GITHUB_STATE: '' } });
  expect(main.raw).not.toContain('secret');
  expect(main.raw).not.toContain('GITHUB_STATE');
  expect((await runAction()).main.annotations).toHaveLength(1);
});
