import './action/require-node.ts';
import { runStepAndExit } from './action/run-step.ts';
import { logout } from './logout.ts';

void runStepAndExit(logout);
