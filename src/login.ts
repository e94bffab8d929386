import { handleCancellation } from './action/cancel.ts';
import { type Inputs, maskAndReadInputs } from './action/inputs.ts';
import { annotate, log, maskCredentials } from './action/log.ts';
import * as runner from './action/runner-files.ts';
import { type Context, systemClock } from './box/context.ts';
import { BoxError } from './box/errors.ts';
import { signIn } from './box/sign-in.ts';
import { revoke } from './box/sign-out.ts';
import { UserApi } from './box/user-api.ts';
import { USER_AGENT } from './version.ts';

/**
 * The main step: exchanges email and password for a session key, and hands it to the later steps. Once the key is
 * saved, the post-step revokes it, however this step ends.
 */
export async function login(): Promise<void> {
  const inputs = maskAndReadInputs();
  runner.requireWritableFiles();
  const ca_file = runner.writeCaFile(inputs.ca);
  const context = { cancellation: handleCancellation(), clock: systemClock, log };
  const { email, url, ca, totpSecret } = inputs;
  log.debug(`${url}; own CA: ${ca !== undefined}; two-factor: ${totpSecret !== undefined}`);
  const api = new UserApi({ url, userAgent: USER_AGENT, ca, log });

  const { apiKey, privileges } = await signIn(api, inputs, context);
  maskCredentials(email, apiKey);
  await saveOrRevoke(api, apiKey, inputs, context);
  context.cancellation.requested.throwIfAborted();
  const { host } = new URL(url);
  if (privileges === undefined) {
    const message = `${host} returned invalid 'privileges'`;
    throw new BoxError('Not a Mail-in-a-Box API', message);
  }
  requirePrivilege(privileges, inputs);
  runner.setOutputs({ api_key: apiKey, email, privileges, url, host, ca_file });
  if (!inputs.logout) runner.saveKeepKey();
  logResult(privileges, inputs);
}

async function saveOrRevoke(api: UserApi, apiKey: string, inputs: Inputs, context: Context) {
  const { email, url, ca, verifyLogout } = inputs;
  try {
    runner.saveState({ url, email, ca, verifyLogout, apiKey });
  } catch (error) {
    await revoke(api, { email, apiKey }, context).catch((e) => annotate('warning', e));
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
  const fate = logout ? 'The key is revoked when the job ends.' : 'The key stays valid after the job (logout: false).';
  log.info(`${signedIn}${privileges.includes('admin') ? '' : useless} ${fate}`);
}
