/**
 * Masks secrets in log lines as the runner does (src/Sdk/DTLogging/Logging in actions/runner): each value, and of
 * each the forms in which tools like to print it; overlapping finds become one `***`.
 */
export class Masker {
  readonly #forms = new Set<string>();

  /** What `::add-mask::` does: the value, and each of its lines. */
  add(value: string): void {
    if (value.trim() === '') return;
    for (const secret of [value, ...value.split(/[\r\n]/).map((line) => line.trim())]) {
      if (secret === '') continue;
      for (const form of formsOf(secret)) if (form !== '') this.#forms.add(form);
    }
  }

  mask(line: string): string {
    const finds: Array<{ start: number; end: number }> = [];
    for (const form of this.#forms) {
      for (let start = line.indexOf(form); start >= 0; start = line.indexOf(form, start + 1)) {
        finds.push({ start, end: start + form.length });
      }
    }
    let masked = '';
    let position = 0;
    let end = -1;
    for (const find of finds.toSorted((one, other) => one.start - other.start)) {
      // The runner joins finds that overlap or touch.
      if (find.start > end) {
        masked += line.slice(position, find.start);
        masked += '***';
      }
      end = Math.max(end, find.end);
      position = end;
    }
    return masked + line.slice(position);
  }
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    value,
    ...[0, 1, 2].map((shift) =>
      bytes.subarray(bytes.length > shift ? shift : 0).toString('base64'),
    ),
    value.replaceAll('"', '\\"'),
    value.replaceAll("'", "''"),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value).replace(/[!'()*]/g, percent),
    value.replace(/[<>&"']/g, (character) => XML[character] ?? character),
    value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : '',
    ...aroundAmpersand(value),
  ];
}

/** PowerShell colours what stands around the last `&` of a command, so that the parts appear alone. */
function aroundAmpersand(value: string): string[] {
  const plus = value.indexOf('&+');
  const at = plus >= 0 ? plus + 2 : value.lastIndexOf('&') + 1;
  if (at === 0) return [];
  return [value.slice(0, at), value.slice(plus >= 0 ? at + 1 : at)].filter(
    (part) => part.length >= 6,
  );
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

const XML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};
