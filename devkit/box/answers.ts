/** What the daemon, or nginx before it, answers. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** As the daemon writes JSON: keys sorted, two spaces of indent, ASCII alone, a line break at the end. */
export function json(value: unknown): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: `${inAscii(JSON.stringify(sorted(value), null, 2))}\n`,
  };
}

function inAscii(text: string): string {
  return text.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, sorted(field)]));
}

export function text(body: string, status = 200): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}

/** An error page of Flask's. */
function flaskError(status: number, title: string, explanation: string): Answer {
  return text(
    `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${explanation}</p>\n`,
    status,
  );
}

export function notFound(): Answer {
  return flaskError(
    404,
    'Not Found',
    'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  );
}

export function methodNotAllowed(allowed: readonly string[]): Answer {
  const answer = flaskError(
    405,
    'Method Not Allowed',
    'The method is not allowed for the requested URL.',
  );
  return { ...answer, headers: { ...answer.headers, Allow: allowed.join(', ') } };
}

/** An error page of nginx's. */
export function nginxPage(
  status: number,
  title: string,
  headers: Record<string, string> = {},
): Answer {
  const line = `${status} ${title}`;
  return {
    status,
    headers: { 'Content-Type': 'text/html', ...headers },
    body: `<html>\r\n<head><title>${line}</title></head>\r\n<body>\r\n<center><h1>${line}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  };
}
