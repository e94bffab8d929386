import { runStep } from './action/report.ts';
import { logout } from './logout.ts';

void runStep(logout);
