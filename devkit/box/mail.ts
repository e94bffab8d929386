import { domainToASCII } from 'node:url';
import { BadRequest } from './dns.ts';
import { sortedDomains } from './domains.ts';

interface Alias {
  readonly to: readonly string[];
  readonly senders: readonly string[];
}

/** The mail aliases of a box (`add_mail_alias` and its like in the daemon's `mailconfig.py`). */
export class MailAliases {
  readonly #aliases = new Map<string, Alias>();
  readonly #zone: string;
  readonly #privilegesOf: (email: string) => readonly string[] | undefined;

  /**
   * @param zone the zone that the box looks after
   * @param privilegesOf those of an account; undefined where there is none
   */
  constructor(zone: string, privilegesOf: (email: string) => readonly string[] | undefined) {
    this.#zone = zone;
    this.#privilegesOf = privilegesOf;
  }

  /** A line for each, in the order of domains and addresses: address, receivers, senders. */
  list(): string {
    const domainOf = (address: string) => address.replace(/.*@/, '');
    const domains = sortedDomains([...this.#aliases.keys()].map(domainOf), `box.${this.#zone}`);
    const addresses = [...this.#aliases.keys()].toSorted();
    return domains
      .flatMap((domain) => addresses.filter((address) => domainOf(address) === domain))
      .map((address) => {
        const { to, senders } = this.#aliases.get(address) ?? { to: [], senders: [] };
        return `${address}\t${to.join(',')}\t${senders.join(',')}\n`;
      })
      .join('');
  }

  /** From the fields of a form, as `POST /mail/aliases/add` gets them. */
  add(form: URLSearchParams): string {
    const address = inAscii(form.get('address') ?? '')
      .toLowerCase()
      .trim();
    if (address === '') throw new BadRequest('No email address provided.');
    if (!isAliasAddress(address)) throw new BadRequest(`Invalid email address (${address}).`);
    const to = this.#receivers(address, (form.get('forwards_to') ?? '').trim());
    const senders = listed(form.get('permitted_senders') ?? '');
    const stranger = senders.find((login) => this.#privilegesOf(login) === undefined);
    if (stranger !== undefined) {
      throw new BadRequest(`Invalid permitted sender: ${stranger} is not a user on this system.`);
    }
    if (to.length + senders.length === 0) {
      throw new BadRequest(
        'The alias must either forward to an address or have a permitted sender.',
      );
    }
    const exists = this.#aliases.has(address);
    if (exists && form.get('update_if_exists') !== '1') {
      throw new BadRequest(`Alias already exists (${address}).`);
    }
    this.#aliases.set(address, { to, senders });
    return exists ? 'alias updated\n' : 'alias added\n';
  }

  remove(form: URLSearchParams): string {
    const address = inAscii(form.get('address') ?? '');
    if (!this.#aliases.delete(address)) throw new BadRequest(`That's not an alias (${address}).`);
    return 'alias removed\n';
  }

  /** A whole domain (`@example.com`) may be the only receiver; all else are whole addresses. */
  #receivers(address: string, text: string): string[] {
    const guarded = provesControl(address);
    if (isAliasAddress(inAscii(text)) && !guarded) return [inAscii(text)];
    return listed(text).map((each) => {
      const email = inAscii(each);
      if (!isAliasAddress(email) || email.startsWith('@')) {
        throw new BadRequest(`Invalid receiver email address (${email}).`);
      }
      const account = email.replace(/\+[^@]*(?=@)/, '');
      if (guarded && !provesControl(email) && !this.#privilegesOf(account)?.includes('admin')) {
        throw new BadRequest(
          'This alias can only have administrators of this system as destinations because the address is ' +
            'frequently used for domain control validation.',
        );
      }
      return email;
    });
  }
}

/** The parts of a list with commas or line breaks between them. */
function listed(text: string): string[] {
  return text.split(/[,\n]/).flatMap((part) => part.trim() || []);
}

/** The domain in its IDNA form, where that can be had. */
function inAscii(email: string): string {
  const [, local = '', domain = ''] = /^([^@]*)@([^@]*)$/.exec(email) ?? [];
  const ascii = domainToASCII(domain);
  return ascii === '' ? email : `${local}@${ascii}`;
}

/** An address, or a whole domain (`@example.com`). */
function isAliasAddress(text: string): boolean {
  return /^(?:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)?@(?:[a-z\d-]+\.)+[a-z\d-]+$/i.test(
    text,
  );
}

/** Whether certificate authorities take mail to this address for a proof that the domain is somebody's. */
function provesControl(email: string): boolean {
  return /^(admin|administrator|postmaster|hostmaster|webmaster|abuse)[@+]/i.test(email);
}
