import { stopOnSignals } from './action/cancel.ts';
import { maskCredentials } from './action/mask.ts';
import { log, warn } from './action/report.ts';
import { readSession } from './action/session.ts';
import { Deadline } from './box/deadline.ts';
import { proveEnded, SIGN_OUT_SECONDS, signOut } from './box/sign-out.ts';
import { UserApi } from './box/user-api.ts';
import { USER_AGENT } from './version.ts';

/**
 * The post-step: ends the session that the step saved, and says nothing when all is well. It goes by what was
 * saved alone: the runner evaluates the inputs anew for it, and they may have changed.
 */
export async function logout(): Promise<void> {
  const session = readSession();
  if (session === undefined) return;
  const { url, email, api_key, ca, verifyLogout } = session;
  maskCredentials({ email, secret: api_key });

  const api = new UserApi({ url, userAgent: USER_AGENT, ca, log });
  const deadline = new Deadline(SIGN_OUT_SECONDS, stopOnSignals());
  const options = { email, api_key, deadline, log };
  try {
    await signOut(api, options);
  } catch (error) {
    if (verifyLogout) throw error;
    warn(error);
    return;
  }
  if (!verifyLogout) return;
  await proveEnded(api, options);
  log.info(`Signed out of ${url}; the key is refused now.`);
}
