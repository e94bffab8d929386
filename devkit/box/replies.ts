import { STATUS_CODES } from 'node:http';

/** A response of the daemon, or of the nginx in front of it. */
export interface Reply {
  readonly status: number;
  /** The reason phrase, if it isn't the usual one. */
  readonly reason?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** JSON as the daemon writes it: keys sorted, two spaces of indentation, a line break at the end. */
export function json(value: unknown): Reply {
  return daemon(200, 'application/json', `${JSON.stringify(value, withSortedKeys, 2)}\n`);
}

function withSortedKeys(_: string, value: unknown): unknown {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? Object.fromEntries(Object.entries(value).toSorted()) : value;
}

export function text(body: string, status = 200): Reply {
  return daemon(status, 'text/html; charset=utf-8', body);
}

/** The 401 of the admin API. */
export function unauthorized(reason: string, accept: string): Reply {
  const challenge = 'Basic realm="Mail-in-a-Box Management Server"';
  const headers = { 'WWW-Authenticate': challenge, 'X-Reason': reason };
  if (accept === '' || accept === '*/*') {
    return daemon(401, 'text/plain; charset=utf-8', `${reason}\n`, headers);
  }
  // Python's json.dumps without indentation, unlike the rest of the API.
  const body = `{"status": "error", "reason": ${JSON.stringify(reason)}}\n`;
  return daemon(401, 'application/json', body, headers);
}

/** A page that Flask makes itself, without its explanation. */
export function flaskPage(status: 404 | 405 | 500): Reply {
  const title = STATUS_CODES[status];
  const head = `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n`;
  return text(`${head}<h1>${title}</h1>\n`, status);
}

function daemon(status: number, type: string, body: string, headers = {}): Reply {
  const reason = STATUS_CODES[status]?.toUpperCase() ?? '';
  return { status, reason, headers: { 'Content-Type': type, ...headers }, body };
}

/** A page that nginx makes itself. */
export function nginxPage(status: number, headers = {}): Reply {
  const own = { 503: 'Service Temporarily Unavailable', 504: 'Gateway Time-out' };
  const { [status]: reason = '' }: typeof STATUS_CODES = { ...STATUS_CODES, ...own };
  const line = `${status} ${reason}`;
  return {
    status,
    reason,
    headers: { 'Content-Type': 'text/html', ...headers },
    body: `<html>\r\n<head><title>${line}</title></head>\r\n<body>\r\n<center><h1>${line}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  };
}
