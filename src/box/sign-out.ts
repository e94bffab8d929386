import type { Deadline } from './deadline.ts';
import { ExplainedError, KeyAliveError, NotEndedError, ProofError } from './errors.ts';
import { hostOf } from './host.ts';
import type { Log } from './log.ts';
import { retry } from './retry.ts';
import type { UserApi } from './user-api.ts';

/** Seconds that signing out may take, retries and the proof included. */
export const SIGN_OUT_SECONDS = 30;

export interface SignOutOptions {
  /** Whose the key may be. */
  readonly accounts: readonly string[];
  readonly api_key: string;
  readonly deadline: Deadline;
  readonly log: Log;
}

/**
 * Ends a session key. Resolves too where the key was dead already: a box does not tell the difference.
 *
 * @throws NotEndedError
 */
export async function signOut(
  api: UserApi,
  { accounts, api_key, deadline, log }: SignOutOptions,
): Promise<void> {
  let failure: unknown;
  for (const email of accounts) {
    try {
      await retry((signal) => api.logout(email, api_key, { signal }), {
        deadline,
        log,
        grantsKeys: false,
      });
    } catch (error) {
      // The key may be another account's, so those are tried all the same.
      failure ??= error instanceof ExplainedError ? new NotEndedError(error) : error;
    }
  }
  if (failure !== undefined) throw failure;
}

/**
 * Proves that a key is refused.
 *
 * @throws KeyAliveError where it works; ProofError where neither can be shown
 */
export async function proveEnded(
  api: UserApi,
  { accounts, api_key, deadline, log }: SignOutOptions,
): Promise<void> {
  let works = false;
  try {
    for (const email of accounts) {
      works ||= await retry((signal) => api.keyWorks(email, api_key, { signal }), {
        deadline,
        log,
        grantsKeys: false,
      });
    }
  } catch (error) {
    throw error instanceof ExplainedError ? new ProofError(error) : error;
  }
  if (works) throw new KeyAliveError(hostOf(api.url));
}
