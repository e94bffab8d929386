import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What action.yml says, as far as a JavaScript action goes. */
export interface Action {
  readonly name: string;
  readonly inputs: Readonly<
    Record<string, { description: string; required?: boolean; default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { description: string }>>;
  readonly runs: {
    readonly using: string;
    readonly main: string;
    readonly post?: string;
    readonly 'post-if'?: string;
  };
}

/** @param folder that of the action */
export function readAction(folder: string): Action {
  const {
    inputs = {},
    outputs = {},
    ...rest
  } = parse(readFileSync(join(folder, 'action.yml'), 'utf8'));
  const action: Action = { inputs, outputs, ...rest };
  if (action.runs.using !== 'node24') {
    throw new Error(`${folder} uses ${action.runs.using}; only node24 runs here`);
  }
  return action;
}
