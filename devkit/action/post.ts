/** Asks the box which keys live, after every later step and their post-steps, and stops it. */
import { readFileSync } from 'node:fs';
import { getState, setFailed } from '@actions/core';
import type { Report } from './serve.ts';

const control = getState('control');
// Without one, the box never started, and main has said why.
if (control !== '') {
  try {
    await judge();
  } catch (error) {
    setFailed(`The stand-in box is gone: ${error instanceof Error ? error.message : error}`);
    console.log(readFileSync(getState('log'), 'utf8'));
  }
}

async function judge(): Promise<void> {
  const response = await fetch(control);
  const { requests, keysGranted, keysAlive } = (await response.json()) as Report;
  console.log(`The box was asked:\n${requests.join('\n')}`);
  console.log(`It granted ${keysGranted} keys, of which ${keysAlive} still work.`);
  if (keysAlive > 0) setFailed('A session key still works at the end of the job.');
}
