const kept = new Set<string>();

/** Shorter pieces of base64 stand in much that is no secret. */
const SHORTEST_PIECE = 8;

/**
 * Remembers a secret for the rest of the process, so that `withoutSecrets` takes it out of every text: as it is, line
 * by line, and in the forms in which a server or library may echo it.
 */
export function keepSecret(secret: string): void {
  for (const value of [secret, ...secret.split(/[\r\n]+/)]) {
    if (value.trim() !== '') kept.add(value);
  }
}

function formsOf(value: string): string[] {
  const base64 = [Buffer.from(value).toString('base64'), ...piecesInBase64(value)];
  const forms = [value, ...base64];
  if (/[+/=]/.test(base64.join(''))) forms.push(...base64.map(urlSafe));
  // Most secrets look the same in every other form.
  if (/^\w*$/.test(value)) return forms;
  const uri = encodeURIComponent(value.toWellFormed());
  return [
    ...forms,
    uri,
    uri.replaceAll('%20', '+'),
    JSON.stringify(value).slice(1, -1),
    htmlEscaped(value, '&#39;'),
    htmlEscaped(value, '&#x27;'),
  ];
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** What of a value is seen in the base64 of a longer text, by its place in there: all but the ends, which mix with others. */
function piecesInBase64(value: string): string[] {
  return [0, 1, 2]
    .map((before) => {
      const text = Buffer.from('x'.repeat(before) + value).toString('base64');
      return text.slice(before === 0 ? 0 : 4, -4);
    })
    .filter((piece) => piece.length >= SHORTEST_PIECE);
}

function htmlEscaped(value: string, apostrophe: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", apostrophe);
}

/** The text with `***` in place of every secret kept so far, the longest first. */
export function withoutSecrets(text: string): string {
  return [...new Set([...kept].flatMap(formsOf))]
    .sort((one, other) => other.length - one.length)
    .reduce((cleaned, form) => cleaned.replaceAll(form, '***'), text);
}
