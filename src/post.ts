import './action/node-version.ts';
import { runStepAndExit } from './action/run-step.ts';
import { logout } from './logout.ts';

void runStepAndExit(logout);
