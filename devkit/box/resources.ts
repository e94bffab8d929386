import { Aliases } from './aliases.ts';
import { Records } from './records.ts';
import { json } from './replies.ts';
import type { DaemonRequest, Handlers } from './requests.ts';

/** What the admin API manages, as far as the examples need it. */
export class Resources {
  readonly aliases: Aliases;
  /** What the status checks find wrong. */
  readonly problems: string[] = [];
  readonly dns: Records;

  constructor(zone: string) {
    this.dns = new Records(zone);
    this.aliases = new Aliases(zone);
  }

  handlersFor(request: DaemonRequest, form: URLSearchParams): Handlers | undefined {
    const handlers: Readonly<Record<string, Handlers>> = {
      '/system/privacy': { GET: () => json(true) },
      '/system/status': { POST: () => json(statusChecks(this.problems)) },
      '/mail/aliases': { GET: () => this.aliases.list() },
      '/mail/aliases/add': { POST: () => this.aliases.add(form) },
      '/mail/aliases/remove': { POST: () => this.aliases.remove(form) },
    };
    return handlers[request.path] ?? this.dns.handlersFor(request);
  }
}

function statusChecks(problems: readonly string[]): object[] {
  const item = (type: string, text: string) => ({ type, text, extra: [] });
  const fine = [item('heading', 'System'), item('ok', 'All system services are running.')];
  return [...fine, ...problems.map((problem) => item('error', problem))];
}
