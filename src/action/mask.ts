import { setSecret } from '@actions/core';
import { basicCredentials, type Credentials } from '../box/credentials.ts';
import { keepSecret } from '../box/secrets.ts';

const masked = new Set<string>();

/** Has the runner hide a value in every later line of the job's log, and this process in every foreign text. */
export function mask(secret: string): void {
  // The runner warns about a mask for nothing.
  if (secret.trim() === '' || masked.has(secret)) return;
  setSecret(secret);
  masked.add(secret);
  keepSecret(secret);
}

/** Masks a password or session key, also in the form in which Basic authentication sends it. */
export function maskCredentials(credentials: Credentials): void {
  mask(credentials.secret);
  mask(basicCredentials(credentials));
}

/** Masks a session key, for every account that it may belong to. */
export function maskKey(api_key: string, accounts: readonly string[]): void {
  for (const email of accounts) maskCredentials({ email, secret: api_key });
}
