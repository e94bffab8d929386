import { type Reply, text } from './replies.ts';

/** The daemon rejects domains that are reserved. */
const ADDRESS = /^[\w!#$%&'*+/=?^`{|}~.-]+@([a-z\d-]+\.)+(?!(test|invalid)$)[a-z\d-]+$/i;

/** The mail aliases of a box: its own, and the ones that administrators add. */
export class Aliases {
  /** The receivers of what administrators added, by address. */
  readonly added: Record<string, string> = {};
  readonly #zone: string;

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** A line for each, as the control panel sorts them: address, receivers, permitted senders (none). */
  list(): Reply {
    const domains = this.#domains();
    const administrator = `administrator@${domains[0]}`;
    const all = { [administrator]: `admin@${this.#zone}`, ...this.added };
    all[`hostmaster@${domains[0]}`] = administrator;
    for (const domain of domains) {
      for (const name of ['abuse', 'admin', 'postmaster']) all[`${name}@${domain}`] ??= administrator;
    }
    const sorted = domains.flatMap((domain) =>
      Object.entries(all)
        .filter(([address]) => domainOf(address) === domain)
        .toSorted(),
    );
    return text(sorted.map(([address, to]) => `${address}\t${to}\t\n`).join(''));
  }

  add(form: URLSearchParams): Reply {
    const address = (form.get('address') ?? '').toLowerCase().trim();
    const to = (form.get('forwards_to') ?? '').split(/[,\n]/).map((each) => each.trim());
    const invalid = to.find((each) => !ADDRESS.test(each));
    if (!ADDRESS.test(address)) return text(`Invalid email address (${address}).`, 400);
    if (invalid !== undefined) return text(`Invalid receiver email address (${invalid}).`, 400);
    const exists = address in this.added;
    if (exists && form.get('update_if_exists') !== '1') {
      return text(`Alias already exists (${address}).`, 400);
    }
    const domain = domainOf(address);
    const changes = this.#domains().includes(domain) ? '' : `updated DNS: ${domain}\nweb updated\n`;
    this.added[address] = to.join(',');
    return text(`alias ${exists ? 'updated' : 'added'}\n${changes}`);
  }

  remove(form: URLSearchParams): Reply {
    const address = form.get('address') ?? '';
    if (!(address in this.added)) return text(`That's not an alias (${address}).`, 400);
    delete this.added[address];
    return text('alias removed\n');
  }

  /** The box comes first. */
  #domains(): string[] {
    const added = Object.keys(this.added).map(domainOf).toSorted();
    return [...new Set([`box.${this.#zone}`, this.#zone, ...added])];
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
