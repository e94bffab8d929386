import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type Box, startBox } from '../../devkit/box/box.ts';
import { FAULTS } from '../../devkit/box/faults.ts';
import type { RunOptions } from '../../devkit/run-action.ts';
import * as support from '../support.ts';
import {
  ACCOUNTS,
  ADMIN,
  expectJob,
  GOOD,
  LOGIN,
  LOGOUT,
  logsLostKey,
  outcome,
  preload,
  run,
  shown,
} from '../support.ts';

// A cancelled step of a job container: main works on, gets no signal, and the post-step starts beside it. It finds main
// in /proc.
const onLinux = process.platform === 'linux' ? test.concurrent : test.concurrent.skip;

type Row = [moment: number, login: number, options?: RunOptions & { isClosed?: boolean; before?: boolean }];
onLinux.each<Row>([])('x', () => {});
