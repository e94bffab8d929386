import { isIP } from 'node:net';
import { flaskPage, json, type Reply, text } from './replies.ts';
import type { DaemonRequest, Handlers } from './requests.ts';

const DOMAIN = /^(?!-)(\*\.)?([a-z\d_-]{0,62}[a-z\d_]\.)+(?!\d)[a-z\d_]{1,63}\.?$/i;
const UNKNOWN = 'is not a domain name or a subdomain of a domain name managed by this box.';
const NO_VALUE = 'No value for the record provided.';
const OTHER_TYPES = ['TXT', 'SRV', 'MX', 'SSHFP', 'CAA'];
/** What can be signed. The box itself checks only addresses and names. */
const VALID = /^\S+ ((A|AAAA|CNAME|NS|TXT) .*|MX \d+ \S+|SRV \d+ \d+ \d+ \S+|CAA \d+ \w+ \S+|SSHFP \d+ \d+ [\da-f]+)$/i;

/** The custom DNS records of a box. */
export class Records {
  /** The zones that the box manages. */
  readonly zones: string[];
  /** The records as `name TYPE value`, sorted. */
  lines: readonly string[] = [];

  constructor(zone: string) {
    this.zones = [zone];
  }

  handlersFor({ method, path, body, address }: DaemonRequest): Handlers | undefined {
    const [, resource, name = '', type = 'A'] =
      /^\/dns\/(zones|zonefile|custom)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
    if (resource === undefined) return undefined;
    if (resource === 'zones') return { GET: () => json(this.zones) };
    if (resource === 'zonefile') return { GET: () => this.#zonefile(name) };
    if (name === '') return { GET: () => this.#list(this.lines) };
    const rtype = type.toUpperCase();
    const isAddress = /^A(AAA)?$/.test(rtype);
    const like = this.lines.filter((line) => line.startsWith(`${name} ${rtype} `));
    const others = this.lines.filter((line) => !like.includes(line));
    const sent = body.replace(/[^\x00-\x7f]/g, '').trim();
    // Dynamic DNS: an address record without a value gets the client's address.
    const given = sent || (isAddress && method !== 'DELETE' ? address : '');
    const value = /^(CNAME|NS)$/.test(rtype) ? given.replace(/[^.]$/, '$&.') : given;
    const added = `${name} ${rtype} ${value}`;
    const change = (lines: readonly string[], isDelete = false) => {
      const problem = value || isDelete ? this.#problemOf(name, rtype, value) : NO_VALUE;
      return problem ? text(problem, 400) : this.#save(lines, this.#zoneOf(name));
    };
    return {
      GET: () => this.#list(like),
      POST: () => change([...this.lines, added]),
      PUT: () => change([...others, added]),
      // Without a value: all records of that name and type.
      DELETE: () => change(value ? this.lines.filter((line) => line !== added) : others, true),
    };
  }

  #zoneOf(line: string): string | undefined {
    return this.zones.find((zone) => `.${line.split(' ')[0]}`.endsWith(`.${zone}`));
  }

  #zonefile(zone: string): Reply {
    const lines = this.lines.filter((line) => this.#zoneOf(line) === zone);
    const records = lines.map((line) => line.replace(/^(\S+) (\S+) (.*)$/, '$1.\tIN\t$2\t$3\n'));
    const headers = { 'Content-Type': 'text/plain; charset=utf-8' };
    const body = `$ORIGIN ${zone}.\n${records.join('')}`;
    return this.zones.includes(zone) ? { ...text(body), headers } : flaskPage(500);
  }

  #list(lines: readonly string[]): Reply {
    const records = lines.map((line, n) => {
      const [, qname, rtype, value] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
      const more = { 'sort-order': { created: n, qname: n }, zone: this.#zoneOf(line) };
      return { qname, rtype, value, ...more };
    });
    return json(records);
  }

  /** Saves what can't be signed, too. A CNAME excludes other records of its name. */
  #save(lines: readonly string[], zone: string | undefined): Reply {
    const before = this.lines.join('\n');
    this.lines = [...new Set(lines)].toSorted();
    if (this.lines.join('\n') === before) return text('OK');
    const inZone = this.lines.filter((line) => this.#zoneOf(line) === zone);
    const isAlone = !/^(\S+) (.*\n\1 CNAME|CNAME.*\n\1) /m.test(inZone.join('\n'));
    const isSigned = isAlone && inZone.every((line) => VALID.test(line));
    return isSigned ? text(`updated DNS: ${zone}\n`) : flaskPage(500);
  }

  /** Why the box rejects a record. */
  #problemOf(name: string, type: string, value: string): string | undefined {
    const zone = this.#zoneOf(name);
    if (zone === undefined) return `${name} ${UNKNOWN}`;
    if (value === '' || (value === 'local' && /^A/.test(type))) return undefined;
    if (!DOMAIN.test(name)) return 'Invalid name.';
    if (type === 'A' || type === 'AAAA') {
      const version = isIP(value);
      if (version === 0) return `'${value}' does not appear to be an IPv4 or IPv6 address`;
      return version === (type === 'A' ? 4 : 6) ? undefined : `That's an IPv${version} address.`;
    }
    if (type === 'NS' && name === zone) return 'NS records can only be set for subdomains.';
    if (type === 'CNAME' || type === 'NS') return DOMAIN.test(value) ? undefined : 'Invalid value.';
    return OTHER_TYPES.includes(type) ? undefined : `Unknown record type '${type}'.`;
  }
}
