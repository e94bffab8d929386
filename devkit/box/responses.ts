import { STATUS_CODES } from 'node:http';

/** A response of the daemon, or of the nginx in front of it. */
export interface BoxResponse {
  readonly status: number;
  /** The reason phrase, if it isn't the usual one. */
  readonly reason?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** JSON as the daemon writes it: keys sorted, two spaces of indentation, ASCII only, a line break at the end. */
export function json(value: unknown): BoxResponse {
  const body = JSON.stringify(sorted(value), null, 2).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return daemon(200, 'application/json', `${body}\n`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, sorted(field)]));
}

export function text(body: string, status = 200, headers = {}): BoxResponse {
  return daemon(status, 'text/html; charset=utf-8', body, headers);
}

/** The 401 of the admin API; a script in the control panel gets 403, so that the browser shows no prompt. */
export function unauthorized(reason: string, accept: string, fromPanel: boolean): BoxResponse {
  const challenge = 'Basic realm="Mail-in-a-Box Management Server"';
  const headers = fromPanel ? {} : { 'WWW-Authenticate': challenge, 'X-Reason': reason };
  const status = fromPanel ? 403 : 401;
  if (accept === '' || accept === '*/*') {
    return daemon(status, 'text/plain; charset=utf-8', `${reason}\n`, headers);
  }
  // Python's json.dumps without indentation, unlike the rest of the API.
  const body = `{"status": "error", "reason": ${JSON.stringify(reason)}}\n`;
  return daemon(status, 'application/json', body, headers);
}

const EXPLANATIONS = {
  404: 'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  405: 'The method is not allowed for the requested URL.',
  500: 'The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.',
} as const;

/** A page that Flask makes itself. */
export function flaskPage(status: keyof typeof EXPLANATIONS, headers = {}): BoxResponse {
  const title = STATUS_CODES[status];
  const page = `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${EXPLANATIONS[status]}</p>\n`;
  return text(page, status, headers);
}

function daemon(status: number, type: string, body: string, headers = {}): BoxResponse {
  const reason = STATUS_CODES[status]?.toUpperCase() ?? '';
  return { status, reason, headers: { 'Content-Type': type, ...headers }, body };
}

/** A page that nginx makes itself. */
export function nginxPage(
  status: 301 | 400 | 403 | 404 | 429 | 502 | 503 | 504,
  headers: Readonly<Record<string, string>> = {},
): BoxResponse {
  const own = { 503: 'Service Temporarily Unavailable', 504: 'Gateway Time-out' };
  const phrases: typeof STATUS_CODES = { ...STATUS_CODES, ...own };
  const reason = phrases[status] ?? '';
  const line = `${status} ${reason}`;
  return {
    status,
    reason,
    headers: { 'Content-Type': 'text/html', ...headers },
    body: `<html>\r\n<head><title>${line}</title></head>\r\n<body>\r\n<center><h1>${line}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  };
}
