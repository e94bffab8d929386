import { stopOnSignals } from './action/cancel.ts';
import { maskKey } from './action/mask.ts';
import { log, runStep, throwStray, warn } from './action/report.ts';
import { proofWanted, readSession, type Session } from './action/session.ts';
import { proveEnded, signOut, signOutDeadlines } from './box/sign-out.ts';
import { UserApi } from './box/user-api.ts';
import { USER_AGENT } from './version.ts';

/** Runs the post-step to its end, which is never a rejection. */
export function run(): Promise<void> {
  return runStep(logout);
}

/**
 * The post-step: ends the session that the step saved, and says nothing when all is well. It goes by what was
 * saved alone: the runner evaluates the inputs anew for it, and they may have changed. It fails the job only
 * where it was asked for proof.
 */
async function logout(): Promise<void> {
  try {
    const session = readSession();
    if (session !== undefined) await end(session);
    throwStray();
  } catch (error) {
    if (proofWanted()) throw error;
    warn(error);
  }
}

async function end({ url, accounts, api_key, ca, verifyLogout }: Session): Promise<void> {
  maskKey(api_key, accounts);
  const api = new UserApi({ url, userAgent: USER_AGENT, ca, log });
  const { whole, untilProof } = signOutDeadlines(stopOnSignals());
  const options = { accounts, api_key, deadline: whole, log };
  if (!verifyLogout) return signOut(api, options);

  // A logout that failed may have ended the key all the same: the proof decides.
  const failure = await signOut(api, { ...options, deadline: untilProof }).catch(
    (error: unknown) => error,
  );
  try {
    await proveEnded(api, options);
  } catch (error) {
    throw failure ?? error;
  }
  log.info(`Signed out of ${url}; the key is refused now.`);
}
