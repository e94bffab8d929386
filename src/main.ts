import './action/node-version.ts';
import { runStep } from './action/log.ts';
import { login } from './login.ts';

void runStep(login);
