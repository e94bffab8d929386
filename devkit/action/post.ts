/** Asks the box which keys live, after every later step and their post-steps, and stops it. */
import { getState, setFailed } from '@actions/core';
import type { Report } from './serve.ts';

const response = await fetch(getState('control'));
const { requests, keysGranted, keysAlive } = (await response.json()) as Report;
console.log(`The box was asked:\n${requests.join('\n')}`);
console.log(`It granted ${keysGranted} keys, of which ${keysAlive} still work.`);
if (keysAlive > 0) setFailed('A session key still works at the end of the job.');
