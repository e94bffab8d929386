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

/** What each form escapes in its data and its properties (ActionCommand.cs); `%25` comes last. */
const DATA = { '%0D': '\r', '%0A': '\n', '%25': '%' };
const PROPERTY = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' };
const OLD_FORM = { '%3B': ';', '%0D': '\r', '%0A': '\n', '%5D': ']', '%25': '%' };

/**
 * The command in a line, in both of the forms that the runner reads: `::name key=value,…::data` at its beginning,
 * and `##[name key=value;…]data` anywhere in it.
 *
 * @param extra a further name to look for
 */
export function parseCommand(line: string, extra?: string): Command | undefined {
  const current = /^\s*::([^\s:]+)(?: ([\s\S]*?))?::([\s\S]*)$/.exec(line);
  const old = /##\[([^\s\]]+)(?: ([^\]]*))?\]([\s\S]*)$/.exec(line);
  return parse(current, ',', PROPERTY, DATA, extra) ?? parse(old, ';', OLD_FORM, OLD_FORM, extra);
}

function parse(
  match: RegExpExecArray | null,
  separator: string,
  inProperty: Escapes,
  inData: Escapes,
  extra: string | undefined,
): Command | undefined {
  const [, given = '', properties = '', data = ''] = match ?? [];
  const name = given.toLowerCase();
  if (name === '' || !(NAMES.has(name) || name === extra?.toLowerCase())) return undefined;
  const pairs = properties.split(separator).flatMap((pair): Array<[string, string]> => {
    const at = pair.indexOf('=');
    if (at < 1) return [];
    return [[pair.slice(0, at).trim().toLowerCase(), unescaped(pair.slice(at + 1), inProperty)]];
  });
  return { name, properties: Object.fromEntries(pairs), data: unescaped(data, inData) };
}

type Escapes = Readonly<Record<string, string>>;

function unescaped(text: string, escapes: Escapes): string {
  return Object.entries(escapes).reduce(
    (all, [code, character]) => all.replaceAll(code, character),
    text,
  );
}
