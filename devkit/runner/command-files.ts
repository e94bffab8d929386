import { readFileSync, statSync } from 'node:fs';

/**
 * The values in a command file, such as that of `GITHUB_OUTPUT`, in both of its syntaxes: `name=value`, and
 * `name<<delimiter` with the value on the lines up to the delimiter. Empty where it is no file.
 *
 * @throws Error where the runner would refuse the file
 */
export function readKeyValues(path: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = readLines(path);
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      values[line.slice(0, equals)] = line.slice(equals + 1);
    } else if (heredoc > 0 && heredoc + 2 < line.length) {
      const end = lines.indexOf(line.slice(heredoc + 2));
      if (end < 0) throw new Error(`Matching delimiter not found '${line.slice(heredoc + 2)}'`);
      values[line.slice(0, heredoc)] = lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join('\n');
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return values;
}

/** The lines of a command file, such as that of `GITHUB_PATH`; a carriage return ends a line on Windows alone. */
export function readLines(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return [];
  return readFileSync(path, 'utf8').split(process.platform === 'win32' ? /\r?\n/ : '\n');
}
