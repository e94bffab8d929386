import { withoutSecrets } from './secrets.ts';

/** Characters of foreign text that may reach a log. */
const MAX_LENGTH = 300;

/** Controls, directions, halves of pairs, and all that is seen as space; no literal, which V8 would check at each start. */
const UNSEEN = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\s]+';

/**
 * Foreign text as it may reach a log: on one line, without secrets, terminal sequences, control and
 * direction characters, and without the `##[` that the runner reads as a command wherever it stands;
 * 300 characters at most.
 */
export function quote(text: string): string {
  const line = withoutSecrets(text)
    .replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '')
    .replace(new RegExp(UNSEEN, 'gu'), ' ')
    .replaceAll('##[', '## [')
    .trim();
  // Once more: what stood between the parts of a secret is gone now.
  const cleaned = [...withoutSecrets(line)];
  return cleaned.length <= MAX_LENGTH
    ? cleaned.join('')
    : `${cleaned.slice(0, MAX_LENGTH - 1).join('')}…`;
}

/** A field of foreign JSON as it may reach a log: a string quoted, of all else only what it is. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return quote(JSON.stringify(value));
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `of the type ${typeof value}`;
}
