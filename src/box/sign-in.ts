import type { Deadline } from './deadline.ts';
import type { Log } from './log.ts';
import type { Grant } from './me-response.ts';
import { retry } from './retry.ts';
import { TotpCodes } from './totp.ts';
import type { UserApi } from './user-api.ts';

export interface SignInOptions {
  readonly email: string;
  readonly password: string;
  /** As `checkTotpSecret` gives it. */
  readonly totpSecret?: string | undefined;
  readonly deadline: Deadline;
  readonly log: Log;
}

/**
 * Signs in, with two-factor codes and further attempts where they help, until the deadline. The answer to a
 * refused password is final.
 *
 * @throws the errors of `UserApi.login` and `retry`
 */
export async function signIn(
  api: UserApi,
  { email, password, totpSecret, deadline, log }: SignInOptions,
): Promise<Grant> {
  const codes = totpSecret === undefined ? undefined : new TotpCodes(totpSecret, deadline.clock);
  return retry(
    async (signal) => api.login(email, password, { totp: await codes?.next(), signal }),
    {
      deadline,
      log,
      grantsKeys: true,
      waitAfter: (error) => codes?.waitAfter(error),
    },
  );
}
