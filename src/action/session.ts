import { getState, saveState } from '@actions/core';
import { inFile } from './command-files.ts';

/** What the post-step needs to end a session, whatever the inputs say by then. */
export interface Session {
  readonly url: string;
  readonly email: string;
  readonly api_key: string;
  /** PEM of the certificates that were trusted. */
  readonly ca?: string | undefined;
  readonly verifyLogout: boolean;
}

const NAME = 'session';

/** @throws CommandFileError */
export function saveSession(session: Session): void {
  save(JSON.stringify(session));
}

/**
 * Leaves nothing to do for the post-step.
 *
 * @throws CommandFileError
 */
export function forgetSession(): void {
  save('');
}

/** The session that the main step saved and that is still to be ended. */
export function readSession(): Session | undefined {
  const state = getState(NAME);
  return state === '' ? undefined : (JSON.parse(state) as Session);
}

function save(state: string): void {
  inFile('GITHUB_STATE', () => saveState(NAME, state));
}
