/** `npm run act [-- PART...]`: runs workflows, examples and documented commands against a stand-in box. */
import { describe } from 'node:test';
import { requireAct } from './act.ts';
import { testCommands } from './commands.ts';
import { testExamples } from './examples.ts';
import { testWorkflows } from './workflows.ts';

const PARTS = { workflows: testWorkflows, examples: testExamples, commands: testCommands };
const wanted = process.argv.slice(2);
if (!wanted.every((part) => part in PARTS)) {
  console.error(`The parts are: ${Object.keys(PARTS).join(', ')}`);
  process.exit(1);
}
requireAct();
for (const [part, addTests] of Object.entries(PARTS)) {
  if (wanted.length === 0 || wanted.includes(part)) describe(part, { concurrency: 2 }, addTests);
}
