import { runStep } from './action/report.ts';
import { login } from './login.ts';

void runStep(login);
