import { handleCancellation } from './action/cancel.ts';
import { annotate, log, maskCredentials } from './action/log.ts';
import { mustVerify, readState, type State } from './action/runner-files.ts';
import { systemClock } from './box/context.ts';
import { revoke, revokeVerified } from './box/sign-out.ts';
import { UserApi } from './box/user-api.ts';
import { USER_AGENT } from './version.ts';

/**
 * The post-step: revokes the key that the main step saved, and prints nothing if all is well. It goes by what was saved
 * only, since the runner evaluates the inputs again. A failure is a warning, except with `verify-logout`.
 */
export async function logout(): Promise<void> {
  try {
    const state = readState();
    if (state !== undefined) await signOut(state);
  } catch (error) {
    if (mustVerify()) throw error;
    annotate('warning', error);
  }
}

async function signOut(state: State): Promise<void> {
  const { url, email, apiKey, ca, verifyLogout } = state;
  maskCredentials(email, apiKey);
  const context = { cancellation: handleCancellation(), clock: systemClock, log };
  const api = new UserApi({ url, userAgent: USER_AGENT, ca, log });
  if (!verifyLogout) return revoke(api, state, context);
  await revokeVerified(api, state, context);
  log.info('Signed out. The box rejects the key.');
}
