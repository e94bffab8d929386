import { isIPv4, isIPv6 } from 'node:net';

export interface DnsRecord {
  readonly qname: string;
  readonly rtype: string;
  readonly value: string;
}

/** A request that the daemon answers with HTTP 400 and this text. */
export class BadRequest extends Error {}

/** The custom DNS records of a box that looks after one zone. */
export class CustomDns {
  #records: readonly DnsRecord[] = [];
  readonly #zone: string;

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** The records as the daemon lists them: with their zone and their place in two orders. */
  list(qname?: string, rtype?: string): object[] {
    const records = this.#records.filter(
      (record) =>
        (qname === undefined || record.qname === qname) &&
        (rtype === undefined || record.rtype === rtype),
    );
    const sorted = records.toSorted((one, other) =>
      `${one.qname} ${one.rtype}` < `${other.qname} ${other.rtype}` ? -1 : 1,
    );
    return records.map((record, created) => ({
      ...record,
      'sort-order': { created, qname: sorted.indexOf(record) },
      zone: this.#zone,
    }));
  }

  /** Adds a record beside its like (POST). */
  add(record: DnsRecord): string {
    this.#check(record);
    return this.#change([...this.#records.filter((other) => !same(other, record)), record]);
  }

  /** Puts a record in the place of its like (PUT). */
  set(record: DnsRecord): string {
    this.#check(record);
    return this.#change([...this.#records.filter((other) => !alike(other, record)), record]);
  }

  /** Takes out one record, or with an empty value all of that name and type (DELETE). */
  remove(record: DnsRecord): string {
    this.#check(record);
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

  #check({ qname, rtype, value }: DnsRecord): void {
    if (qname !== this.#zone && !qname.endsWith(`.${this.#zone}`)) {
      throw new BadRequest(
        `${qname} is not a domain name or a subdomain of a domain name managed by this box.`,
      );
    }
    if (value === '') return;
    if (rtype === 'A' || rtype === 'AAAA') {
      if (!isIPv4(value) && !isIPv6(value)) {
        throw new BadRequest(`'${value}' does not appear to be an IPv4 or IPv6 address`);
      }
      if (rtype === 'A' && isIPv6(value)) throw new BadRequest("That's an IPv6 address.");
      if (rtype === 'AAAA' && isIPv4(value)) throw new BadRequest("That's an IPv4 address.");
    } else if (!['CAA', 'CNAME', 'MX', 'NS', 'SRV', 'SSHFP', 'TXT'].includes(rtype)) {
      throw new BadRequest(`Unknown record type '${rtype}'.`);
    }
  }
}

function alike(one: DnsRecord, other: DnsRecord): boolean {
  return one.qname === other.qname && one.rtype === other.rtype;
}

function same(one: DnsRecord, other: DnsRecord): boolean {
  return alike(one, other) && one.value === other.value;
}
