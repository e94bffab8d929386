import { run } from './login.ts';

void run();
