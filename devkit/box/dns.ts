import { isIPv4, isIPv6 } from 'node:net';
import { sortedDomains } from './domains.ts';

export interface DnsRecord {
  readonly qname: string;
  readonly rtype: string;
  readonly value: string;
}

/** A request that the daemon answers with HTTP 400 and this text. */
export class BadRequest extends Error {}

/** Names of domains as the daemon has them (`DOMAIN_RE` in its `dns_update.py`). */
const DOMAIN = /^(?!-)(?:[*][.])?(?:[\w-]{0,62}\w\.){1,126}(?!\d+)\w{1,63}\.?$/;

/** The custom DNS records of a box that looks after one zone (`set_custom_dns_record` in `dns_update.py`). */
export class CustomDns {
  #records: readonly DnsRecord[] = [];
  readonly #zone: string;

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** The records as the daemon lists them: with their zone and their place in two orders. */
  list(qname?: string, rtype?: string): DnsRecord[] {
    const records = this.#records.filter(
      (record) =>
        (qname === undefined || record.qname === qname) &&
        (rtype === undefined || record.rtype === rtype),
    );
    const domains = sortedDomains(
      records.map((record) => record.qname),
      `box.${this.#zone}`,
    );
    const sorted = records.toSorted(
      (one, other) =>
        domains.indexOf(one.qname) - domains.indexOf(other.qname) ||
        Number(one.rtype > other.rtype) - Number(one.rtype < other.rtype),
    );
    return records.map((record, created) => ({
      ...record,
      'sort-order': { created, qname: sorted.indexOf(record) },
      zone: this.#zone,
    }));
  }

  /** Adds a record beside its like (POST). */
  add(given: DnsRecord): string {
    const record = this.#checked(given);
    if (this.#records.some((other) => same(other, record))) return 'OK';
    return this.#change([...this.#records, record]);
  }

  /** Puts a record in the place of its like (PUT). */
  set(given: DnsRecord): string {
    const record = this.#checked(given);
    const others = this.#records.filter((other) => !alike(other, record) || same(other, record));
    return this.#change(others.some((other) => same(other, record)) ? others : [...others, record]);
  }

  /** Takes out one record, or with an empty value all of that name and type (DELETE). */
  remove(given: DnsRecord): string {
    const record = this.#checked(given);
    return this.#change(
      this.#records.filter(
        (other) => !(record.value === '' ? alike(other, record) : same(other, record)),
      ),
    );
  }

  #change(records: readonly DnsRecord[]): string {
    const unchanged =
      records.length === this.#records.length &&
      records.every((record) => this.#records.some((other) => same(other, record)));
    if (unchanged) return 'OK';
    this.#records = records;
    return `updated DNS: ${this.#zone}\n`;
  }

  /**
   * @returns the record as the daemon keeps it
   * @throws BadRequest
   */
  #checked(record: DnsRecord): DnsRecord {
    const { qname, rtype, value } = record;
    if (qname !== this.#zone && !qname.endsWith(`.${this.#zone}`)) {
      throw new BadRequest(
        `${qname} is not a domain name or a subdomain of a domain name managed by this box.`,
      );
    }
    if (value === '') return record;
    if (!DOMAIN.test(qname)) throw new BadRequest('Invalid name.');
    if (rtype === 'A' || rtype === 'AAAA') {
      // The box's own address.
      if (value === 'local') return record;
      if (!isIPv4(value) && !isIPv6(value)) {
        throw new BadRequest(`'${value}' does not appear to be an IPv4 or IPv6 address`);
      }
      if (rtype === 'A' && isIPv6(value)) throw new BadRequest("That's an IPv6 address.");
      if (rtype === 'AAAA' && isIPv4(value)) throw new BadRequest("That's an IPv4 address.");
    } else if (rtype === 'CNAME' || rtype === 'NS') {
      if (rtype === 'NS' && qname === this.#zone) {
        throw new BadRequest('NS records can only be set for subdomains.');
      }
      const absolute = value.endsWith('.') ? value : `${value}.`;
      if (!DOMAIN.test(absolute)) throw new BadRequest('Invalid value.');
      return { ...record, value: absolute };
    } else if (!['CAA', 'MX', 'SRV', 'SSHFP', 'TXT'].includes(rtype)) {
      throw new BadRequest(`Unknown record type '${rtype}'.`);
    }
    return record;
  }
}

function alike(one: DnsRecord, other: DnsRecord): boolean {
  return one.qname === other.qname && one.rtype === other.rtype;
}

function same(one: DnsRecord, other: DnsRecord): boolean {
  return alike(one, other) && one.value === other.value;
}
