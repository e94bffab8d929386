import { setOutput } from '@actions/core';
import { inFile } from './command-files.ts';

/** By the names in action.yml. */
export interface Outputs {
  readonly api_key: string;
  readonly email: string;
  readonly privileges: readonly string[];
  readonly url: string;
}

/** @throws CommandFileError */
export function setOutputs(outputs: Outputs): void {
  inFile('GITHUB_OUTPUT', () => {
    for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
  });
}
