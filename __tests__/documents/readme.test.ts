import { expect, test } from '@jest/globals';
import { readAction } from '../../devkit/runner/action.ts';
import { ROOT } from '../support.ts';
import { blocks, read, section, table } from './pages.ts';

const action = readAction(ROOT);
const readme = read('README.md');

test('the README has, in this order, the workflow, inputs, outputs, promises, and the two commands', () => {
  const order = [
    '\n```yaml\n',
    '\n## Inputs\n',
    '\n## Outputs\n',
    '\n## What it promises\n',
    '\n## Two commands\n',
    '\n## Read on\n',
  ].map((part) => readme.indexOf(part));
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((one, other) => one - other));
});

test('its workflow is examples/dns-record.yml', () => {
  expect(blocks(readme, 'yaml')).toEqual([read('examples/dns-record.yml')]);
});

test('it has the inputs of action.yml', () => {
  const inputs = Object.entries(action.inputs).map(([name, input]) => [
    `\`${name}\``,
    input.required === true
      ? 'required'
      : input.default === undefined
        ? 'none'
        : `\`${input.default}\``,
    input.description,
  ]);
  expect(table(section(readme, '## Inputs'))).toEqual(inputs);
});

test('it has the outputs of action.yml', () => {
  const outputs = Object.entries(action.outputs).map(([name, { description }]) => [
    `\`${name}\``,
    description,
  ]);
  expect(table(section(readme, '## Outputs'))).toEqual(outputs);
});

test('it has the two commands', () => {
  expect(blocks(readme, 'sh')).toEqual(['npm ci && npm run demo\n', 'npm cit\n']);
});
