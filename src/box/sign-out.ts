import type { Attempt, Context } from './context.ts';
import { BoxError, type Title } from './errors.ts';
import { type Limits, retry } from './retry.ts';
import type { Session, UserApi } from './user-api.ts';

/** Seconds for signing out with its verification, and for the verification only. */
const SIGN_OUT = 30;
const VERIFICATION = 10;
/** A request that was sent has all the time that is left: sending it again makes a slow box slower. */
const LIMITS = { connectSeconds: 9, repeatable: true } satisfies Partial<Limits>;

/** Revokes a key. A box doesn't report if it was revoked already. @throws BoxError `Sign-out failed` */
export async function revoke(
  api: Pick<UserApi, 'logout'>,
  session: Session,
  context: Context,
  seconds = SIGN_OUT,
): Promise<void> {
  const work = (attempt: Attempt) => api.logout(session, attempt);
  await retry(work, context, { ...LIMITS, seconds }).catch((error) => {
    throw wrap(error, 'Sign-out failed', "Couldn't revoke the key");
  });
}

/** Revokes a key, and verifies that the box rejects it. A failed logout may have revoked it anyway: verification
 * decides. @throws BoxError `Key still valid`; if neither can be shown, `Sign-out failed` or `Sign-out not verified` */
export async function revokeVerified(
  api: Pick<UserApi, 'logout' | 'isKeyValid'>,
  session: Session,
  context: Context,
): Promise<void> {
  const { clock } = context;
  const end = clock.now() + SIGN_OUT * 1000;
  const failure = await revoke(api, session, context, SIGN_OUT - VERIFICATION).catch((e) => e);
  const work = (attempt: Attempt) => api.isKeyValid(session, attempt);
  const limits = { ...LIMITS, seconds: (end - clock.now()) / 1000 };
  const isValid = await retry(work, context, limits).catch((error) => {
    throw failure ?? wrap(error, 'Sign-out not verified', "Couldn't verify the sign-out");
  });
  if (!isValid) return;
  throw failure ?? new BoxError('Key still valid', 'The box still accepts the key after sign-out');
}

function wrap(cause: unknown, title: Title, message: string): unknown {
  if (!(cause instanceof BoxError)) return cause;
  return new BoxError(title, `${message}: ${cause.message}`, { cause });
}
