import './action/require-node.ts';
import { runStepAndExit } from './action/run-step.ts';
import { login } from './login.ts';

void runStepAndExit(login);
