import './action/node-version.ts';
import { runStep } from './action/log.ts';
import { logout } from './logout.ts';

void runStep(logout);
