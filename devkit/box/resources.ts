import { isIP } from 'node:net';
import { Aliases } from './aliases.ts';
import { flaskPage, json, type Reply, text } from './replies.ts';

export interface DaemonRequest {
  readonly method: string;
  /** As the daemon sees it, without `/admin`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** The client's IP address. */
  readonly address: string;
}

/** By method. */
export type Handlers = Readonly<Record<string, () => Reply>>;

interface DnsRecord {
  readonly qname: string;
  readonly rtype: string;
  readonly value: string;
}

/** What the admin API manages, as far as the examples need it. */
export class Resources {
  readonly aliases: Aliases;
  /** What the status checks find wrong. */
  readonly problems: string[] = [];
  readonly #zone: string;
  #records: readonly DnsRecord[] = [];

  constructor(zone: string) {
    this.#zone = zone;
    this.aliases = new Aliases(zone);
  }

  /** The custom DNS records, as `name TYPE value`. */
  get records(): string[] {
    return this.#records.map(toLine);
  }

  handlersFor(request: DaemonRequest): Handlers | undefined {
    const { path, headers, body } = request;
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    const form = new URLSearchParams(isForm ? body : '');
    const handlers: Readonly<Record<string, Handlers>> = {
      '/system/privacy': { GET: () => json(true) },
      '/system/status': { POST: () => json(statusChecks(this.problems)) },
      '/mail/aliases': { GET: () => this.aliases.list() },
      '/mail/aliases/add': { POST: () => this.aliases.add(form) },
      '/mail/aliases/remove': { POST: () => this.aliases.remove(form) },
      '/dns/zones': { GET: () => json([this.#zone]) },
      '/dns/custom': { GET: () => this.#list(this.#records) },
    };
    return handlers[path] ?? this.#recordHandlers(request);
  }

  #recordHandlers({ path, body, address }: DaemonRequest): Handlers | undefined {
    const [, qname, type = 'A'] = /^\/dns\/custom\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (qname === undefined) return undefined;
    const rtype = type.toUpperCase();
    const value = body.replace(/[^\x00-\x7f]/g, '').trim();
    // Dynamic DNS: an address record without a value gets the client's address.
    const record = { qname, rtype, value: value || address };
    const like = this.#records.filter((each) => each.qname === qname && each.rtype === rtype);
    const others = this.#records.filter((each) => !like.includes(each));
    // Without a value: all records of that name and type.
    const kept = like.filter((each) => value !== '' && each.value !== value);
    return {
      GET: () => this.#list(like),
      POST: () => this.#change(record, [...this.#records, record]),
      PUT: () => this.#change(record, [...others, record]),
      DELETE: () => this.#change(record, [...others, ...kept]),
    };
  }

  #list(records: readonly DnsRecord[]): Reply {
    return json(records.map((record) => ({ ...record, zone: this.#zone })));
  }

  /** Saves what it can't sign, too. */
  #change({ qname, rtype, value }: DnsRecord, records: readonly DnsRecord[]): Reply {
    if (!`.${qname}`.endsWith(`.${this.#zone}`)) {
      const problem = 'is not a domain name or a subdomain of a domain name managed by this box.';
      return text(`${qname} ${problem}`, 400);
    }
    if (rtype === 'A' && isIP(value) !== 4) return text(`'${value}' is not an IPv4 address.`, 400);
    const before = this.records.join();
    const unique = new Map(records.map((record) => [toLine(record), record]));
    // By name, then by type.
    this.#records = [...unique].toSorted().map(([, record]) => record);
    if (this.records.join() === before) return text('OK');
    const isInvalid = (line: string) => / MX (?!\d+ \S+$)/.test(line);
    return this.records.some(isInvalid) ? flaskPage(500) : text(`updated DNS: ${this.#zone}\n`);
  }
}

function toLine({ qname, rtype, value }: DnsRecord): string {
  return `${qname} ${rtype} ${value}`;
}

function statusChecks(problems: readonly string[]): object[] {
  const item = (type: string, text: string) => ({ type, text, extra: [] });
  const fine = [item('heading', 'System'), item('ok', 'All system services are running.')];
  return [...fine, ...problems.map((problem) => item('error', problem))];
}
