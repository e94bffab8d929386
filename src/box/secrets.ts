const forms = new Set<string>();

/**
 * Remembers a secret for the rest of the process, so that `withoutSecrets` takes it out of every text:
 * as it is, line by line, and in the forms that a server or library may echo it in (base64, URI- and
 * JSON-escaped).
 */
export function keepSecret(secret: string): void {
  for (const value of [secret, ...secret.split(/[\r\n]+/)]) {
    if (value.trim() === '') continue;
    forms.add(value);
    forms.add(Buffer.from(value).toString('base64'));
    forms.add(encodeURIComponent(value));
    forms.add(JSON.stringify(value).slice(1, -1));
  }
}

/** The text with `***` in place of every secret kept so far, the longest first. */
export function withoutSecrets(text: string): string {
  return [...forms]
    .sort((one, other) => other.length - one.length)
    .reduce((cleaned, form) => cleaned.replaceAll(form, '***'), text);
}
