import { listenForCancellation } from './action/cancel.ts';
import { annotate, log, maskKey } from './action/log.ts';
import { readState, type State } from './action/runner-files.ts';
import { takeOver } from './action/take-over.ts';
import { systemClock } from './box/context.ts';
import { codeOf } from './box/diagnose.ts';
import { asBoxError, BoxError } from './box/errors.ts';
import { revoke, revokeVerified } from './box/sign-out.ts';
import { UserApi } from './box/user-api.ts';
import { USER_AGENT } from './version.ts';

/** The post-step: revokes the key that main saved. It uses nothing else, since the runner evaluates the inputs again. If
 * all is well, it prints nothing; a failure is a warning. With `verify-logout`, it prints a line, or fails. */
export async function logout(uncaught: readonly unknown[]): Promise<void> {
  let state = readState();
  if (state.keep_key !== '') return;
  try {
    if (state.api_key === '') state = await takeOver(state);
    if (state.api_key !== '') await signOut(state);
    // A closed log is no failure, and verification shows that there was none.
    const stray = uncaught.filter((error) => codeOf(error) !== 'EPIPE');
    if (stray.length > 0 && state.verify_logout === '') throw stray[0];
  } catch (cause) {
    const error = asBoxError(cause, 'The key may be valid. It expires two days after its last use.');
    if (state.verify_logout !== '') throw error;
    annotate('warning', error);
  }
}

/** Masks the key and revokes it; after a signal, within 9 s. @throws BoxError; never with a part of the state */
async function signOut({ url, email, ca, verify_logout, revoked, api_key: apiKey }: State): Promise<void> {
  if (email === '' || !URL.canParse(url)) {
    throw new BoxError('Saved session unreadable', "Can't read what the main step saved");
  }
  maskKey(email, apiKey);
  const context = { cancellation: listenForCancellation(), clock: systemClock, log };
  const api = new UserApi({ url, userAgent: USER_AGENT, ca: ca || undefined, log });
  const session = { email, apiKey };
  // After main has revoked the key, a failure means nothing.
  const quiet = { ...context, log: { ...log, info: () => {} } };
  if (verify_logout === '' && revoked !== '') return revoke(api, session, quiet).catch(() => {});
  if (verify_logout === '') return revoke(api, session, context);
  await revokeVerified(api, session, context);
  log.info('Signed out. The box rejects the key.');
}
