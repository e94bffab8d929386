import type { Attempt, Context } from './context.ts';
import { asBoxError, KEY_LOST } from './errors.ts';
import type { Credentials, Login } from './responses.ts';
import { retry } from './retry.ts';
import { TotpCodes } from './totp.ts';
import type { UserApi } from './user-api.ts';

/** Seconds for one attempt: a little more than the 60 s after which the box's nginx returns 504. */
const SIGN_IN_ATTEMPT = 65;

type SignInInputs = Omit<Credentials, 'totp'> & { totpSecret?: string | undefined; timeout: number };

/** Exchanges email and password for a session key, with two-factor codes and more attempts if they help. A rejected
 * password is never sent again. @param inputs `totpSecret` is Base32, `timeout` in seconds @param onKeyLost called for
 * each lost response that may have contained a key @throws BoxError */
export function signIn(
  api: Pick<UserApi, 'login'>,
  { email, password, totpSecret, timeout }: SignInInputs,
  context: Context,
  onKeyLost: () => void,
): Promise<Login> {
  const codes = totpSecret === undefined ? undefined : new TotpCodes(totpSecret, context.clock);
  const work = (attempt: Attempt) => api.login({ email, password, totp: codes?.takeNext() }, attempt);
  return retry(work, context, {
    seconds: timeout,
    attemptSeconds: SIGN_IN_ATTEMPT,
    onKeyLost,
    waitAfter: (error) => codes?.recordRejection(error),
  }).catch((error) => {
    throw asBoxError(error, KEY_LOST);
  });
}
