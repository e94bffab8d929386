import { getInput } from '@actions/core';
import { BoxError, InvalidValueError, reject } from '../box/errors.ts';
import { parseTotpSecret } from '../box/totp.ts';
import { basicCredentials } from '../box/untrusted.ts';
import * as values from '../box/values.ts';
import { mask } from './log.ts';

/** The inputs of action.yml, checked. */
export type Inputs = ReturnType<typeof readInputs>;

/** Seconds: a job on GitHub's own runners ends after six hours. */
const MAX_TIMEOUT = 21_600;
const EMPTY = 'is empty';
const NO_SECRET =
  "The secret or variable doesn't exist under that name, or the run is from a fork or Dependabot, which get no secrets.";

/** Masks the secrets among the inputs, then checks all of them. @throws BoxError with everything that is wrong */
export function readInputs() {
  const password = getInput('password', { trimWhitespace: false }).replace(/[\r\n]+$/, '');
  mask(password);
  mask(getInput('totp-secret'));

  const problems: string[] = [];
  /** An optional input that is given empty, as composite actions do, has its default. */
  const read = <T, U>(name: string, parse: (value: string) => T, preset: U, given?: string) => {
    const value = given ?? getInput(name);
    try {
      return value === '' ? preset : parse(value);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      problems.push(`Input '${name}' ${error.message}`);
      return preset;
    }
  };
  for (const [name, given] of Object.entries({ email: getInput('email'), password })) {
    if (given.trim() === '') problems.push(`Input '${name}' ${EMPTY}`);
  }
  const email = read('email', values.parseEmail, '');
  const inputs = {
    email,
    password: read('password', values.parsePassword, '', password),
    /** Base URL of the admin API. By default a box is called `box`, in the domain of the email. */
    url: read('host', values.parseHost, '', getInput('host') || email.replace(/^.*@/, 'box.')),
    totpSecret: read('totp-secret', parseTotpSecret, undefined),
    /** PEM. */
    ca: read('ca-certificate', values.parseCertificates, undefined),
    privilege: read('require-privilege', parsePrivilege, undefined),
    /** Seconds. */
    timeout: read('timeout', parseTimeout, 120),
    logout: read('logout', parseBoolean, true),
    verifyLogout: read('verify-logout', parseBoolean, false),
  };
  if (inputs.verifyLogout && !inputs.logout) {
    problems.push("Input 'verify-logout' has nothing to verify with 'logout: false'");
  }
  if (problems.length > 0) {
    const remedy = problems.some((each) => each.endsWith(EMPTY)) ? NO_SECRET : undefined;
    throw new BoxError('Invalid input', problems.join('. '), {}, remedy);
  }
  mask(inputs.totpSecret ?? '');
  mask(basicCredentials(email, inputs.password));
  return inputs;
}

const parsePrivilege = (name: string) =>
  /^[a-z\d_-]+$/.test(name) ? name : reject("is not a privilege, such as 'admin'");

function parseTimeout(timeout: string): number {
  const seconds = /^\d+$/.test(timeout) ? Number(timeout) : 0;
  if (seconds >= 1 && seconds <= MAX_TIMEOUT) return seconds;
  return reject(`is not a whole number of seconds from 1 to ${MAX_TIMEOUT}`);
}

/** As YAML 1.2 spells them. */
function parseBoolean(value: string): boolean {
  if (/^(true|True|TRUE)$/.test(value)) return true;
  return /^(false|False|FALSE)$/.test(value) ? false : reject('is not true or false');
}
