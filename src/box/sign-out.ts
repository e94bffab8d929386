import { Deadline, type Stop } from './deadline.ts';
import { ExplainedError, KeyAliveError, NotEndedError, ProofError } from './errors.ts';
import { hostOf } from './host.ts';
import type { Log } from './log.ts';
import { retry } from './retry.ts';
import type { UserApi } from './user-api.ts';

/** Seconds that signing out may take, retries and the proof included; the proof has the last ten to itself. */
const SIGN_OUT_SECONDS = 30;
const PROOF_SECONDS = 10;
/** Seconds for one attempt: a logout may be sent twice without harm, so that an answer that is late is not waited for. */
const ATTEMPT_SECONDS = 9;

/** The time for signing out, and of that the time until the proof. */
export function signOutDeadlines(stop: Stop): { whole: Deadline; untilProof: Deadline } {
  return {
    whole: new Deadline(SIGN_OUT_SECONDS, stop, ATTEMPT_SECONDS),
    untilProof: new Deadline(SIGN_OUT_SECONDS - PROOF_SECONDS, stop, ATTEMPT_SECONDS),
  };
}

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
  // At once, so that none waits for the failure of another.
  const ends = await Promise.allSettled(
    accounts.map((email) =>
      retry((signal) => api.logout(email, api_key, { signal }), {
        deadline,
        log,
        grantsKeys: false,
      }),
    ),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed === undefined) return;
  throw failed.reason instanceof ExplainedError ? new NotEndedError(failed.reason) : failed.reason;
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
