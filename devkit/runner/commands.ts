/** A workflow command in a line of output. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const NAMES = new Set([
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
]);

/**
 * The command in a line, in both of the forms that the runner reads: `::name key=value,…::data` at its beginning,
 * and `##[name key=value;…]data` anywhere in it.
 *
 * @param extra a further name to look for
 */
export function parseCommand(line: string, extra?: string): Command | undefined {
  return (
    parse(/^\s*::([^\s:]+)(?: ([\s\S]*?))?::([\s\S]*)$/, line, ',', extra) ??
    parse(/##\[([^\s\]]+)(?: ([^\]]*))?\]([\s\S]*)$/, line, ';', extra)
  );
}

function parse(form: RegExp, line: string, separator: string, extra?: string): Command | undefined {
  const [, name, properties = '', data = ''] = form.exec(line) ?? [];
  if (name === undefined || !(NAMES.has(name) || name === extra)) return undefined;
  const pairs = properties.split(separator).flatMap((pair): Array<[string, string]> => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [[pair.slice(0, at).trim().toLowerCase(), unescaped(pair.slice(at + 1))]];
  });
  return { name, properties: Object.fromEntries(pairs), data: unescaped(data) };
}

function unescaped(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%3B', ';')
    .replaceAll('%5D', ']')
    .replaceAll('%25', '%');
}
