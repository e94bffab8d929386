import { getState, saveState } from '@actions/core';
import { inFile } from './command-files.ts';
import { SessionError } from './errors.ts';
import { SESSION } from './state.ts';

/** What the post-step needs to end a session, whatever the inputs say by then. */
export interface Session {
  readonly url: string;
  /** Whose the key may be. */
  readonly accounts: readonly string[];
  readonly api_key: string;
  /** PEM of the certificates that were trusted. */
  readonly ca?: string | undefined;
  readonly verifyLogout: boolean;
}

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

/**
 * The session that the main step saved and that is still to be ended.
 *
 * @throws SessionError where it cannot be read; never with a part of it, since the key is in it
 */
export function readSession(): Session | undefined {
  const state = getState(SESSION);
  if (state === '') return undefined;
  let session: unknown;
  try {
    session = JSON.parse(state);
  } catch {
    throw new SessionError();
  }
  if (!isSession(session)) throw new SessionError();
  return session;
}

/** Whether `verify-logout` was on, even where the session cannot be read. */
export function proofWanted(): boolean {
  return getState(SESSION).includes('"verifyLogout":true');
}

function isSession(value: unknown): value is Session {
  const fields: Partial<Record<keyof Session, unknown>> = Object(value);
  return (
    typeof fields.url === 'string' &&
    typeof fields.api_key === 'string' &&
    Array.isArray(fields.accounts) &&
    fields.accounts.every((account) => typeof account === 'string')
  );
}

function save(state: string): void {
  inFile('GITHUB_STATE', () => saveState(SESSION, state));
}
