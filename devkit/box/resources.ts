import { isIP } from 'node:net';
import { Aliases } from './aliases.ts';
import type { DaemonRequest, Handlers } from './daemon.ts';
import { type BoxResponse, flaskPage, json, text } from './responses.ts';

interface DnsRecord {
  readonly qname: string;
  readonly rtype: string;
  readonly value: string;
}

/** The daemon's DOMAIN_RE. */
const DOMAIN = /^(?!-)(?:[*][.])?(?:[\w-]{0,62}\w\.){1,126}(?!\d+)\w{1,63}\.?$/;

/** What the admin API manages, as far as the examples need it. */
export class Resources {
  readonly aliases: Aliases;
  /** What the status checks find wrong. */
  readonly problems: string[] = [];
  readonly #zone: string;
  #records: readonly DnsRecord[] = [];
  #privacy = true;

  constructor(zone: string) {
    this.#zone = zone;
    this.aliases = new Aliases(zone);
  }

  /** The custom DNS records, as `name TYPE value`. */
  get records(): string[] {
    return this.#records.map(({ qname, rtype, value }) => `${qname} ${rtype} ${value}`);
  }

  handlersFor(request: DaemonRequest): Handlers | undefined {
    const { path, headers, body } = request;
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    const form = new URLSearchParams(isForm ? body : '');
    const setPrivacy = () => {
      this.#privacy = form.get('value') === 'private';
      return text('OK');
    };
    const handlers: Readonly<Record<string, Handlers>> = {
      '/system/privacy': { GET: () => json(this.#privacy), POST: setPrivacy },
      '/system/version': { GET: () => text('v75') },
      '/system/status': { POST: () => json(statusChecks(this.problems)) },
      '/mail/aliases': { GET: () => this.aliases.list() },
      '/mail/aliases/add': { POST: () => this.aliases.add(form) },
      '/mail/aliases/remove': { POST: () => this.aliases.remove(form) },
      '/dns/zones': { GET: () => json([this.#zone]) },
      '/dns/custom': { GET: () => json(this.#list(this.#records)) },
    };
    return handlers[path] ?? this.#recordHandlers(request);
  }

  #recordHandlers({ path, body, address }: DaemonRequest): Handlers | undefined {
    const [, qname, type = 'A'] = /^\/dns\/custom\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (qname === undefined) return undefined;
    const rtype = type.toUpperCase();
    const sent = body.replace(/[^\x00-\x7f]/g, '').trim();
    const value = /^(CNAME|NS)$/.test(rtype) ? sent.replace(/[^.]$/, '$&.') : sent;
    const record = { qname, rtype, value };
    // Dynamic DNS: an address record without a value gets the client's address.
    const filled = { ...record, value: value || (/^A(AAA)?$/.test(rtype) ? address : '') };
    const like = this.#records.filter((each) => each.qname === qname && each.rtype === rtype);
    const others = this.#records.filter((each) => !like.includes(each));
    // Without a value: all records of that name and type.
    const kept = value === '' ? [] : like.filter((each) => each.value !== value);
    const change = (problem: string | undefined, records: DnsRecord[]) =>
      problem === undefined ? this.#change(records) : text(problem, 400);
    const empty = filled.value === '' ? 'No value for the record provided.' : undefined;
    return {
      GET: () => json(this.#list(like)),
      POST: () => change(empty ?? this.#problemOf(filled), [...this.#records, filled]),
      PUT: () => change(empty ?? this.#problemOf(filled), [...others, filled]),
      DELETE: () => change(this.#problemOf(record), [...others, ...kept]),
    };
  }

  #list(records: readonly DnsRecord[]): object[] {
    // In the control panel, the box comes first, and labels count from right to left.
    const inPanel = records.toSorted(
      by(({ qname, rtype }) => {
        const inBox = `.${qname}`.endsWith(`.box.${this.#zone}`);
        return [inBox ? 0 : 1, ...qname.split('.').reverse(), rtype].join(' ');
      }),
    );
    return records.map((record, created) => ({
      ...record,
      'sort-order': { created, qname: inPanel.indexOf(record) },
      zone: this.#zone,
    }));
  }

  /** Saves what it can't sign, too. */
  #change(records: readonly DnsRecord[]): BoxResponse {
    const before = this.records.join();
    const unique = new Map(records.map((record) => [Object.values(record).join(' '), record]));
    this.#records = [...unique.values()].toSorted(by(({ qname, rtype }) => `${qname} ${rtype}`));
    if (this.records.join() === before) return text('OK');
    const invalid = ({ rtype, value }: DnsRecord) => rtype === 'MX' && !/^\d+ \S+$/.test(value);
    return this.#records.some(invalid) ? flaskPage(500) : text(`updated DNS: ${this.#zone}\n`);
  }

  #problemOf({ qname, rtype, value }: DnsRecord): string | undefined {
    if (!`.${qname}`.endsWith(`.${this.#zone}`)) {
      return `${qname} is not a domain name or a subdomain of a domain name managed by this box.`;
    }
    if (value === '') return undefined;
    if (!DOMAIN.test(qname)) return 'Invalid name.';
    switch (rtype) {
      case 'A':
      case 'AAAA': {
        // The box's own address.
        if (value === 'local') return undefined;
        const family = isIP(value);
        if (family === 0) return `'${value}' does not appear to be an IPv4 or IPv6 address`;
        return family === (rtype === 'A' ? 4 : 6) ? undefined : `That's an IPv${family} address.`;
      }
      case 'NS':
        if (qname === this.#zone) return 'NS records can only be set for subdomains.';
        return DOMAIN.test(value) ? undefined : 'Invalid value.';
      case 'CNAME':
        return DOMAIN.test(value) ? undefined : 'Invalid value.';
    }
    return ['CAA', 'MX', 'SRV', 'SSHFP', 'TXT'].includes(rtype)
      ? undefined
      : `Unknown record type '${rtype}'.`;
  }
}

function statusChecks(problems: readonly string[]): object[] {
  const item = (type: string, text: string) => ({ type, text, extra: [] });
  const fine = [item('heading', 'System'), item('ok', 'All system services are running.')];
  return [...fine, ...problems.map((problem) => item('error', problem))];
}

/** A comparison by a key. */
function by<T>(key: (value: T) => string): (one: T, other: T) => number {
  return (one, other) => (key(one) === key(other) ? 0 : key(one) < key(other) ? -1 : 1);
}
