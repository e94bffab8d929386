import { spawn } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { getInput, getState, saveState, setFailed, setOutput } from '@actions/core';

const isPost = getState('file') !== '';
const file = getState('file') || join(process.env['RUNNER_TEMP'] ?? '', `box-${process.pid}.json`);
await (isPost ? stop() : start());

async function start(): Promise<void> {
  saveState('file', file);
  const script = join(import.meta.dirname, '..', '..', 'box', 'cli.ts');
  const options = getInput('options').split(' ').filter(Boolean);
  // The runner would wait for a process that holds one of the step's streams.
  const log = openSync(`${file}.log`, 'w');
  spawn(process.execPath, [script, '--json', file, ...options], {
    detached: true,
    stdio: ['ignore', log, log],
  }).unref();
  for (const [name, value] of Object.entries(await readWith('url'))) setOutput(name, value);
}

async function stop(): Promise<void> {
  writeFileSync(`${file}.stop`, '');
  const { requestLog, issued, valid } = await readWith('requestLog');
  console.log(requestLog, `Keys: ${issued} issued, ${valid} valid`);
  if (valid !== 0) setFailed('A session key is still valid at the end of the job.');
}

/** Waits for up to 30 s for the box to write this field to its file. */
async function readWith(field: string): Promise<Record<string, unknown>> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    try {
      const content = JSON.parse(readFileSync(file, 'utf8'));
      if (field in content) return content;
    } catch {
      // Not written yet, or not completely.
    }
    await pause(100);
  }
  throw new Error(`The stand-in box didn't respond. Its log:\n${readFileSync(`${file}.log`)}`);
}
