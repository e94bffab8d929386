const secrets = new Set<string>();

/** Letters and digits of a secret, and of a piece of its base64, below which they occur in harmless text too. */
const MIN_LENGTH = 4;
const MIN_BASE64 = 6;

/** Registers a secret for the rest of the process, so that `sanitize` withholds every text that contains it. */
export function addSecret(secret: string): void {
  if (secret.trim() !== '') secrets.add(secret);
}

/** The credentials in the form of an `Authorization: Basic` header, without the scheme. */
export const basicCredentials = (email: string, secret: string) => Buffer.from(`${email}:${secret}`).toString('base64');

const fromUnit = (number: string) => String.fromCharCode(Number(number));
const fromUri = (text: string) =>
  text.replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
const fromJson = (text: string) =>
  text.replace(/\\(?:u([\da-f]{4})|[bfnrt]|(\\))/gi, (_, hex = '20', slash) => slash ?? fromUnit(`0x${hex}`));
/** Undone separately: one pattern for all of them would take parts of one for parts of another. */
const ESCAPES: ReadonlyArray<(text: string) => string> = [
  (text) => text,
  // HTML. No letter or digit of ASCII has a named entity.
  (text) =>
    text.replace(/&(?:#(x[\da-f]{1,8}|\d{1,8});?|[a-z]+;)/gi, (_, code = 'x20') => fromUnit(code.replace(/^x/i, '0x'))),
  // Also twice: a URL in a URL's query, or JSON in JSON.
  ...[fromUri, fromJson].flatMap((undo) => [undo, (text: string) => undo(undo(text))]),
];

/** Whether a text contains a registered secret, plain or encoded. Compares letters and digits, and for the sake of
 * secrets with few of them, all that no escape changes. */
export function containsSecret(text: string): boolean {
  const forms = ESCAPES.map((undo) => undo(text));
  const haystacks = forms.map(lettersAndDigits);
  const unescapedForms = forms.map(unescaped);
  return [...secrets].some((secret) => {
    const [plain, bare] = [lettersAndDigits(secret), unescaped(secret)];
    const pieces = piecesInBase64(secret).map(lettersAndDigits);
    const needles = pieces.filter(({ length }) => length >= MIN_BASE64);
    if (plain.length >= MIN_LENGTH) needles.push(plain);
    const isIn = (haystack: string) => needles.some((needle) => haystack.includes(needle));
    return haystacks.some(isIn) || unescapedForms.some((form) => form.includes(bare));
  });
}

const lettersAndDigits = (text: string) => text.replace(/[^a-z\d]+/gi, '');
/** Without spaces, invisible characters, and what HTML names, forms and JSON escape. */
const unescaped = (text: string) => text.replace(runsOf(String.raw`\s\p{C}+\\&<>"'`), '');

/** Runs of a set's characters. With Unicode's categories, a literal would cost a millisecond at every start. */
export const runsOf = (set: string) => new RegExp(`[${set}]+`, 'gu');

/** What of a secret is seen in the base64 of a longer text, at its three alignments. */
export function piecesInBase64(secret: string): string[] {
  return [0, 1, 2].map((shift) => {
    const bytes = Buffer.from('x'.repeat(shift) + secret);
    // Without the characters that also depend on what is in front of and behind the secret.
    return bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
}
