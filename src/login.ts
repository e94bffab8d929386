import { listenForCancellation } from './action/cancel.ts';
import { type Inputs, maskAndReadInputs } from './action/inputs.ts';
import { annotate, flush, log, maskKey } from './action/log.ts';
import * as runner from './action/runner-files.ts';
import { type Context, systemClock } from './box/context.ts';
import { BoxError, cancelled } from './box/errors.ts';
import { signIn } from './box/sign-in.ts';
import { revoke } from './box/sign-out.ts';
import { type Session, UserApi } from './box/user-api.ts';
import { USER_AGENT } from './version.ts';

/** The main step: exchanges email and password for a session key, and hands it to the later steps. Once the key is
 * saved, the post-step revokes it, however this step ends. */
export async function login(uncaught: readonly unknown[]): Promise<void> {
  runner.saveEmptyState();
  runner.requireWritableOutput();
  const inputs = maskAndReadInputs();
  const ca_file = runner.writeCaFile(inputs.ca);
  const context = { cancellation: listenForCancellation(), clock: systemClock, log };
  const { email, url, ca, totpSecret } = inputs;
  log.debug(`${url}; own CA: ${ca !== undefined}; two-factor: ${totpSecret !== undefined}`);
  const api = new UserApi({ url, userAgent: USER_AGENT, ca, log });

  const { apiKey, privileges } = await signIn(api, inputs, context, () => runner.saveState({ lost: 'true' }));
  maskKey(email, apiKey);
  const session = { email, apiKey };
  await saveOrRevoke(api, session, inputs, context);
  if (context.cancellation.requested.aborted) await revokeAndThrow(api, session, context);
  const { host } = new URL(url);
  if (privileges === undefined) throw new BoxError('Not a Mail-in-a-Box API', `${host} returned invalid 'privileges'`);
  requirePrivilege(privileges, inputs);
  runner.setOutputs({ api_key: apiKey, email, privileges, url, host, ca_file });
  logResult(privileges, inputs);
  await flush();
  if (uncaught.length > 0) throw uncaught[0];
  if (!inputs.logout) runner.saveState({ keep_key: 'true' });
}

async function saveOrRevoke(api: UserApi, session: Session, { url, ca, verifyLogout }: Inputs, context: Context) {
  const { email, apiKey: api_key } = session;
  try {
    runner.saveState({ url, email, ca: ca ?? '', verify_logout: verifyLogout ? 'true' : '', api_key });
  } catch (error) {
    await revoke(api, session, context).catch((failure) => annotate('warning', failure));
    throw error;
  }
}

/** Revokes the key of a cancelled step, which no later step has: a runner that shuts down runs no post-step. If one runs,
 * it signs out once more. @throws BoxError `Cancelled` */
async function revokeAndThrow(api: UserApi, session: Session, context: Context): Promise<never> {
  const { requested, last } = context.cancellation;
  let fate = `The key couldn't be revoked here. The post-step revokes it, if that still runs. Otherwise, the key expires two days after its last use.`;
  try {
    await revoke(api, session, { ...context, cancellation: { requested, final: last, last } });
    fate = 'The key was revoked.';
    runner.saveState({ revoked: 'true' });
  } catch {}
  throw cancelled(fate, requested.reason);
}

function requirePrivilege(privileges: readonly string[], { email, privilege }: Inputs): void {
  if (privilege === undefined || privileges.includes(privilege)) return;
  const isNot = privilege === 'admin' ? "isn't an administrator" : `doesn't have '${privilege}'`;
  throw new BoxError('Missing privilege', `${email} ${isNot}, which 'require-privilege' requires`);
}

function logResult(privileges: readonly string[], { url, email, logout }: Inputs): void {
  const signedIn = `Signed in to ${url} as ${email} (${privileges.join(', ') || 'no privileges'}).`;
  const useless = " The admin API will reject this key: the account isn't an administrator.";
  const fate = logout ? 'The key is revoked when the job ends.' : 'The key stays valid after the job (logout: false).';
  log.info(`${signedIn}${privileges.includes('admin') ? '' : useless} ${fate}`);
}
