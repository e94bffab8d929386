import { getBooleanInput, getInput } from '@actions/core';
import { checkCertificates } from '../box/certificates.ts';
import { checkEmail, checkPassword } from '../box/credentials.ts';
import { InvalidValueError } from '../box/errors.ts';
import { adminUrl, defaultHost } from '../box/host.ts';
import { checkTotpSecret } from '../box/totp.ts';
import { EMPTY, InputError, type Problem } from './errors.ts';
import { mask, maskCredentials } from './mask.ts';

/** The inputs of action.yml, checked. */
export interface Inputs {
  readonly email: string;
  readonly password: string;
  /** Base URL of the admin API. */
  readonly url: string;
  readonly totpSecret: string | undefined;
  /** PEM. */
  readonly ca: string | undefined;
  readonly requiredPrivilege: string | undefined;
  /** Seconds. */
  readonly timeout: number;
  readonly logout: boolean;
  readonly verifyLogout: boolean;
}

/** Longer than that, a job of GitHub's own runners is ended: six hours. */
const MAX_TIMEOUT = 21_600;

/**
 * Masks the secrets among the inputs, then checks all of them.
 *
 * @throws InputError with everything that is wrong
 */
export async function readInputs(): Promise<Inputs> {
  const password = getInput('password', { trimWhitespace: false }).replace(/[\r\n]+$/, '');
  const totpSecret = getInput('totp-secret');
  mask(password);
  mask(totpSecret);

  const problems: Problem[] = [];
  async function check<T>(input: string, inCaseOfFault: T, read: () => T | Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      problems.push({ input, fault: error.message });
      return inCaseOfFault;
    }
  }

  const host = getInput('host');
  const email = await check('email', '', () => checkEmail(required(getInput('email'))));
  const inputs = {
    email,
    password: await check('password', '', () => checkPassword(required(password))),
    // A faulty email gives no host; it is reported once.
    url: host || email ? await check('host', '', () => adminUrl(host || defaultHost(email))) : '',
    totpSecret: await check('totp-secret', undefined, () => whereGiven(totpSecret, readTotpSecret)),
    ca: await check('ca-certificate', undefined, () =>
      whereGiven(getInput('ca-certificate'), checkCertificates),
    ),
    requiredPrivilege: await check('require-privilege', undefined, () =>
      whereGiven(getInput('require-privilege'), checkPrivilege),
    ),
    timeout: await check('timeout', 0, () => checkTimeout(getInput('timeout'))),
    logout: await check('logout', true, () => readBoolean('logout')),
    verifyLogout: await check('verify-logout', false, () => readBoolean('verify-logout')),
  };
  if (inputs.verifyLogout && !inputs.logout) {
    problems.push({
      input: 'verify-logout',
      fault: "is true, but there is nothing to verify with 'logout: false'",
    });
  }
  if (problems.length > 0) throw new InputError(problems);
  maskCredentials({ email, secret: inputs.password });
  return inputs;
}

function required(value: string): string {
  if (value.trim() === '') throw new InvalidValueError(EMPTY);
  return value;
}

function whereGiven<T>(value: string, read: (value: string) => T): T | undefined {
  return value === '' ? undefined : read(value);
}

async function readTotpSecret(given: string): Promise<string> {
  const secret = await checkTotpSecret(given);
  mask(secret);
  return secret;
}

function checkPrivilege(privilege: string): string {
  if (!/^[a-z0-9_-]+$/.test(privilege)) {
    throw new InvalidValueError("is not the name of a privilege; a box knows one, 'admin'");
  }
  return privilege;
}

function checkTimeout(timeout: string): number {
  const seconds = Number(timeout);
  if (!/^\d+$/.test(timeout) || seconds < 1 || seconds > MAX_TIMEOUT) {
    throw new InvalidValueError(`is not a whole number of seconds from 1 to ${MAX_TIMEOUT}`);
  }
  return seconds;
}

function readBoolean(name: string): boolean {
  try {
    return getBooleanInput(name);
  } catch {
    throw new InvalidValueError('is neither true nor false');
  }
}
