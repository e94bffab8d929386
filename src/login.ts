import { handleCancellation } from './action/cancel.ts';
import { type Inputs, readInputs } from './action/inputs.ts';
import { annotate, log, maskCredentials } from './action/log.ts';
import * as runner from './action/runner-files.ts';
import { type Context, systemClock } from './box/context.ts';
import { BoxError } from './box/errors.ts';
import { parsePrivileges } from './box/responses.ts';
import { retry } from './box/retry.ts';
import { revoke } from './box/sign-out.ts';
import { TotpCodes } from './box/totp.ts';
import { type Login, UserApi } from './box/user-api.ts';
import { USER_AGENT } from './version.ts';

/** Seconds for one attempt: a little more than the 60 s after which the box's nginx returns 504. */
export const SIGN_IN_ATTEMPT = 65;

/**
 * The main step: exchanges email and password for a session key, and hands it to the later steps. Once the key is
 * saved, the post-step revokes it, however this step ends.
 */
export async function login(): Promise<void> {
  const inputs = readInputs();
  runner.checkFiles();
  const ca_file = runner.writeCaFile(inputs.ca);
  const context = { cancellation: handleCancellation(), clock: systemClock, log };
  logSettings(inputs);
  const { email, url, ca } = inputs;
  const api = new UserApi({ url, userAgent: USER_AGENT, ca, log });

  const { apiKey, response } = await signIn(api, inputs, context);
  maskCredentials(email, apiKey);
  await saveOrRevoke(api, apiKey, inputs, context);
  context.cancellation.requested.throwIfAborted();
  const privileges = parsePrivileges(response);
  requirePrivilege(privileges, inputs);
  const { host } = new URL(url);
  runner.setOutputs({ api_key: apiKey, email, privileges, url, host, ca_file });
  if (!inputs.logout) runner.keepKey();
  logResult(privileges, inputs);
}

function logSettings({ url, timeout, totpSecret, ca }: Inputs): void {
  const twoFactor = totpSecret === undefined ? 'off' : 'on';
  const trusted = ca === undefined ? 'public CAs' : "'ca-certificate'";
  log.debug(`${url}; timeout ${timeout} s; two-factor ${twoFactor}; ${trusted}`);
}

/** With two-factor codes and more attempts if they help. A rejected password is never sent again. @throws BoxError */
export function signIn(
  api: Pick<UserApi, 'login'>,
  inputs: Pick<Inputs, 'email' | 'password' | 'totpSecret' | 'timeout'>,
  context: Context,
): Promise<Login> {
  const { totpSecret, timeout } = inputs;
  const codes = totpSecret === undefined ? undefined : new TotpCodes(totpSecret, context.clock);
  return retry((signal) => api.login({ ...inputs, totp: codes?.next() }, signal), context, {
    seconds: timeout,
    attemptSeconds: SIGN_IN_ATTEMPT,
    issuesKeys: true,
    waitAfter: (error) => codes?.waitAfter(error),
  });
}

async function saveOrRevoke(api: UserApi, apiKey: string, inputs: Inputs, context: Context) {
  const { email, url, ca, verifyLogout } = inputs;
  try {
    runner.saveState({ url, email, ca, verifyLogout, apiKey });
    log.debug('Key masked and saved for the post-step');
  } catch (error) {
    const warn = (failure: unknown) => annotate('warning', failure);
    await revoke(api, { email, apiKey }, context).catch(warn);
    throw error;
  }
}

/** @throws BoxError */
function requirePrivilege(privileges: readonly string[], { email, privilege }: Inputs): void {
  if (privilege === undefined || privileges.includes(privilege)) return;
  const isNot = privilege === 'admin' ? "isn't an administrator" : `doesn't have '${privilege}'`;
  const message = `${email} ${isNot}, which 'require-privilege' demands`;
  throw new BoxError('Missing privilege', message);
}

function logResult(privileges: readonly string[], { url, email, logout }: Inputs): void {
  const signedIn = `Signed in to ${url} as ${email} (${privileges.join(', ') || 'no privileges'}).`;
  const useless = " The admin API will reject this key: the account isn't an administrator.";
  const fate = logout
    ? 'The key is revoked when the job ends.'
    : 'The key stays valid after the job (logout: false).';
  log.info(`${signedIn}${privileges.includes('admin') ? '' : useless} ${fate}`);
}
