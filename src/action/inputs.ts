import { getInput } from '@actions/core';
import { BoxError, EmptyValueError, fail, InvalidValueError } from '../box/errors.ts';
import { basicCredentials } from '../box/secrets.ts';
import { parseTotpSecret } from '../box/totp.ts';
import * as values from '../box/values.ts';
import { mask } from './log.ts';

/** The inputs of action.yml, checked. */
export type Inputs = ReturnType<typeof maskAndReadInputs>;

type Parse<T> = (value: string) => T;

/** Seconds: a job on GitHub's own runners ends after six hours. */
const MAX_TIMEOUT = 21_600;
const NO_SECRET = `The secret or variable doesn't exist under that name, or the run is from a fork or Dependabot, which don't get it.`;
/** A runner always sets these. */
const WITH_DEFAULT = ['TIMEOUT', 'LOGOUT', 'VERIFY-LOGOUT'];
const WRAPPER = "'node' on this runner is probably a script, whose shell (dash) drops names with a hyphen";

/** Masks the secrets among the inputs, then checks all of them. @throws BoxError with everything that is wrong */
export function maskAndReadInputs() {
  const password = getInput('password', { trimWhitespace: false }).replace(/[\r\n]+$/, '');
  mask(password);
  mask(getInput('totp-secret'));

  const problems: string[] = [];
  let remedy: string | undefined;
  function parseOrRecord<T, U>(name: string, parse: Parse<T>, preset: U, value: string): T | U {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      problems.push(`Input '${name}' ${error.message}`);
      if (error instanceof EmptyValueError) remedy = NO_SECRET;
      return preset;
    }
  }
  const required = (name: string, parse: Parse<string>, text = getInput(name)) => parseOrRecord(name, parse, '', text);
  /** An optional input that is given empty, as composite actions do, has its default. */
  const optional = <T, U>(name: string, parse: Parse<T>, preset: U, value = getInput(name)) =>
    value === '' ? preset : parseOrRecord(name, parse, preset, value);
  const email = required('email', values.parseEmail);
  const inputs = {
    email,
    password: required('password', values.parsePassword, password),
    /** Base URL of the admin API. By default a box is called `box`, in the domain of the email. */
    url: optional('host', values.parseHost, '', getInput('host') || email.replace(/^.*@/, 'box.')),
    totpSecret: optional('totp-secret', parseTotpSecret, undefined),
    ca: optional('ca-certificate', values.parseCertificates, undefined),
    privilege: optional('require-privilege', parsePrivilege, undefined),
    timeout: optional('timeout', parseTimeout, 120),
    logout: optional('logout', parseBoolean, true),
    verifyLogout: optional('verify-logout', parseBoolean, false),
  };
  if (inputs.verifyLogout && !inputs.logout)
    problems.push("Input 'verify-logout' can't be combined with 'logout: false'");
  const missing = WITH_DEFAULT.filter((name) => 'INPUT_EMAIL' in process.env && !(`INPUT_${name}` in process.env));
  for (const name of missing) problems.push(`Input '${name.toLowerCase()}' didn't arrive: ${WRAPPER}`);
  if (missing.length > 0) remedy = 'Run that script with bash, or replace it with the real node.';
  if (problems.length > 0) throw new BoxError('Invalid input', problems.join('. '), { remedy });
  mask(inputs.totpSecret ?? '');
  mask(basicCredentials(email, inputs.password));
  return inputs;
}

const parsePrivilege = (name: string) =>
  /^[a-z\d_-]+$/.test(name) ? name : fail("is not a privilege, such as 'admin'");

function parseTimeout(timeout: string): number {
  const seconds = /^\d+$/.test(timeout) ? Number(timeout) : 0;
  if (seconds >= 1 && seconds <= MAX_TIMEOUT) return seconds;
  return fail(`is not a whole number of seconds from 1 to ${MAX_TIMEOUT}`);
}

/** As YAML 1.2 spells them. */
function parseBoolean(value: string): boolean {
  if (/^(true|True|TRUE)$/.test(value)) return true;
  return /^(false|False|FALSE)$/.test(value) ? false : fail('is not true or false');
}
