import { containsSecret, runsOf } from './secrets.ts';

/** Characters of untrusted text that may reach the log. */
const MAX_LENGTH = 120;

/** Untrusted text as it may reach the log: on one line of at most 120 characters, without terminal sequences, control and
 * direction characters, and the `##[` of a runner's command. A text that contains a secret is withheld whole. */
export function sanitize(untrusted: string): string {
  const text = untrusted.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '');
  if (containsSecret(text)) return '[withheld: contains a secret]';
  const line = text.replace(runsOf(String.raw`\p{Cc}\p{Cf}\p{Cs}\s`), ' ').replaceAll('##[', '## [').trim();
  const characters = [...line];
  const start = characters.slice(0, MAX_LENGTH - 1).join('');
  return characters.length <= MAX_LENGTH ? line : `${start}…`;
}
