const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64Url = (text: string) => Buffer.from(text).toString('base64url');
const uri = encodeURIComponent;
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const NAMES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' };
const html = (text: string) => text.replace(/[&<>"]/g, (c) => `&${NAMES[c]};`);
const encode = (text: string, which: RegExp, form: (hex: string) => string) =>
  text.replace(which, (c) => form(c.charCodeAt(0).toString(16).padStart(4, '0')));

/** How servers, proxies and libraries echo a secret. */
export const ENCODINGS: ReadonlyArray<[name: string, encoded: (secret: string) => string]> = [
  ['plain', (secret) => secret],
  ['in a URI', uri],
  ['in a URI, lower case', (secret) => uri(secret).replace(/%../g, (c) => c.toLowerCase())],
  ['in a URI, whole', (secret) => Buffer.from(secret).toString('hex').replace(/../g, '%$&')],
  ['in a URI, twice', (secret) => uri(uri(secret))],
  ['in a form', (secret) => uri(secret).replaceAll('%20', '+')],
  ['in JSON', json],
  ['in JSON, twice', (secret) => json(json(secret))],
  ['in JSON by PHP', (secret) => json(secret).replaceAll('/', '\\/')],
  ['in JSON by Go', (secret) => encode(json(secret), /[<>&']/g, (hex) => `\\u${hex}`)],
  ['in JSON, whole', (secret) => encode(secret, /./g, (hex) => `\\u${hex.toUpperCase()}`)],
  ['in JSON, whole and twice', (secret) => json(encode(secret, /./g, (hex) => `\\u${hex}`))],
  ['in UTF-16', (secret) => Buffer.from(secret, 'utf16le').toString()],
  ['in a shell', (secret) => secret.replaceAll("'", "'\\''")],
  ['in a shell, in double quotes', (secret) => secret.replace(/[\\"$`]/g, '\\$&')],
  ['in Python', (secret) => secret.replace(/[\\']/g, '\\$&')],
  ['in HTML', (secret) => html(secret).replaceAll("'", '&#39;')],
  ['in HTML by Python', (secret) => html(secret).replaceAll("'", '&#x27;')],
  ['in HTML, named', (secret) => html(secret).replaceAll("'", '&apos;').replace(/ /g, '&nbsp;')],
  ['in HTML, decimal', (secret) => encode(secret, /./g, (hex) => `&#${Number(`0x${hex}`)};`)],
  ['in HTML, hexadecimal', (secret) => encode(secret, /\W/g, (hex) => `&#x${hex};`)],
  ['in Base64', base64],
  ['in Base64, shifted by one', (secret) => base64(`x${secret}`)],
  ['in Base64, shifted by two', (secret) => base64(`xy${secret}?>`)],
  ['in Base64 of several lines', (secret) => base64(secret).replace(/.{5}/g, '$&\r\n')],
  ['in URL-safe Base64', base64Url],
  ['in URL-safe Base64, shifted by one', (secret) => base64Url(`x${secret}?>`)],
  ['in URL-safe Base64, shifted by two', (secret) => base64Url(`xy${secret}`)],
  ['split by invisible characters', (secret) => [...secret].join('\u200b')],
  ['split by terminal sequences', (secret) => [...secret].join('\u001b[1m')],
];

/** What a text must not contain if it must not show a secret. */
export function formsOf(secret: string): string[] {
  const forms = ENCODINGS.map(([name, encoded]) => {
    const form = encoded(secret);
    // The ends depend on what is next to the secret.
    return name.includes('Base64') ? form.slice(name.includes('shifted') ? 4 : 0, -4) : form;
  });
  return [...forms, secret.trim()].filter((form) => form.length > 3);
}
