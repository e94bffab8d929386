import { stopOnSignals } from './action/cancel.ts';
import { requireCommandFiles } from './action/command-files.ts';
import { PrivilegeError } from './action/errors.ts';
import { type Inputs, readInputs } from './action/inputs.ts';
import { maskKey } from './action/mask.ts';
import { setOutputs } from './action/outputs.ts';
import { announce, log, runStep, warn } from './action/report.ts';
import { forgetSession, saveSession } from './action/session.ts';
import { Deadline, type Stop } from './box/deadline.ts';
import { StoppedError } from './box/errors.ts';
import { type Account, checkMe, type Grant } from './box/me-response.ts';
import { signIn } from './box/sign-in.ts';
import { signOut, signOutDeadlines } from './box/sign-out.ts';
import { UserApi } from './box/user-api.ts';
import { USER_AGENT } from './version.ts';

/** Runs the step to its end, which is never a rejection. */
export function run(): Promise<void> {
  return runStep(login);
}

/**
 * The step: trades email and password for a session key and hands it to the later steps. From the moment the
 * key is here it is masked, then in the hands of the post-step, before anything else can fail.
 */
async function login(): Promise<void> {
  const inputs = await readInputs();
  requireCommandFiles();
  const stop = stopOnSignals();
  const api = new UserApi({ url: inputs.url, userAgent: USER_AGENT, ca: inputs.ca, log });
  const deadline = new Deadline(inputs.timeout, stop);

  const grant = await signIn(api, { ...inputs, deadline, log });
  const { api_key, accounts } = grant;
  let saved = false;
  try {
    maskKey(api_key, accounts);
    const { url, ca, verifyLogout } = inputs;
    saveSession({ verifyLogout, url, accounts, api_key, ca });
    saved = true;
    const account = requireAccount(grant, inputs);
    // The post-step ends what was saved; nothing was handed out yet.
    if (stop.requested.aborted) throw new StoppedError();
    handOver(grant, account, inputs);
  } catch (error) {
    if (!(saved && error instanceof StoppedError)) await endAtOnce(api, grant, saved, stop);
    throw error;
  }
}

function requireAccount(grant: Grant, { email, requiredPrivilege }: Inputs): Account {
  const account = checkMe(grant, email);
  if (requiredPrivilege !== undefined && !account.privileges.includes(requiredPrivilege)) {
    throw new PrivilegeError(email, requiredPrivilege, account.privileges);
  }
  return account;
}

function handOver(
  { api_key }: Grant,
  { email, privileges }: Account,
  { url, logout }: Inputs,
): void {
  setOutputs({ api_key, email, privileges, url });
  if (!logout) forgetSession();
  announce(
    `Signed in to ${url} as ${email} (${privileges.join(', ') || 'no privileges'}); ` +
      (logout ? 'the key ends with the job.' : 'the key lives on after the job.'),
  );
}

/** Ends a key that will not be used. Where that fails, the post-step tries again, if the key was saved. */
async function endAtOnce(
  api: UserApi,
  { accounts, api_key }: Grant,
  saved: boolean,
  stop: Stop,
): Promise<void> {
  const { whole: deadline } = signOutDeadlines(stop);
  try {
    await signOut(api, { accounts, api_key, deadline, log });
    if (saved) forgetSession();
  } catch (error) {
    if (!saved) warn(error);
  }
}
