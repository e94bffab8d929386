import { BadRequest } from './dns.ts';

/** The mail aliases of a box, as far as a client sees them. */
export class MailAliases {
  readonly #aliases = new Map<string, string>();

  /** A line for each: address, receivers, and senders where there are any. */
  list(): string {
    return [...this.#aliases].map(([address, to]) => `${address}\t${to}\t\n`).join('');
  }

  /** From the fields of a form, as `POST /mail/aliases/add` gets them. */
  add(form: URLSearchParams): string {
    const address = (form.get('address') ?? '').toLowerCase().trim();
    const to = (form.get('forwards_to') ?? '').split(/[,\n]/).flatMap((each) => each.trim() || []);
    if (address === '') throw new BadRequest('No email address provided.');
    if (!isAddress(address)) throw new BadRequest(`Invalid email address (${address}).`);
    const wrong = to.find((each) => !isAddress(each));
    if (wrong !== undefined) throw new BadRequest(`Invalid receiver email address (${wrong}).`);
    if (to.length === 0) {
      throw new BadRequest(
        'The alias must either forward to an address or have a permitted sender.',
      );
    }
    const exists = this.#aliases.has(address);
    if (exists && form.get('update_if_exists') !== '1') {
      throw new BadRequest(`Alias already exists (${address}).`);
    }
    this.#aliases.set(address, to.join(','));
    return exists ? 'alias updated\n' : 'alias added\n';
  }

  remove(form: URLSearchParams): string {
    const address = form.get('address') ?? '';
    if (!this.#aliases.delete(address)) throw new BadRequest(`That's not an alias (${address}).`);
    return 'alias removed\n';
  }
}

function isAddress(text: string): boolean {
  return /^[^\s@]*@[^\s@]+\.[^\s@]+$/.test(text);
}
