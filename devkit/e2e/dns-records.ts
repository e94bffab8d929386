import assert from 'node:assert/strict';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT, startBox } from '../box/box.ts';
import { assertIncludes, commandsIn, ROOT, runBash } from './tools.ts';

const KEPT = '_acme-challenge.example.com TXT t\nhome.example.com A 192.0.2.5\n';
const OLD = `${KEPT}www.example.com A 192.0.2.1\nwww.example.org A 192.0.2.9`;
const WWW = 'ignore home.example.com\nwww.example.com A 203.0.113.7';
const DIFF = '- www.example.com A 192.0.2.1\n+ www.example.com A 203.0.113.7\n';
const NORMAL = `# ü\r\n\r\nignore home.example.com\r\n*.example.com \t cname example.net\r\nt.example.com TXT @"a  #b\\n"`;
const NORMAL_DIFF = '+ *.example.com CNAME example.net.\n+ t.example.com TXT @"a  #b\\n"\n';
const CNAME = 'ignore home.example.com\nwww.example.com CNAME example.net.';

/** The mode, with `!` if it fails; the file; what the script prints; what it changes; other old records. */
type Row = readonly [string, string, string, string?, number?];
const ROWS: Readonly<Record<string, Row>> = {
  push: ['apply', WWW, DIFF, 'DELETE www/A, POST www/A'],
  'normal forms': ['apply', NORMAL, NORMAL_DIFF, 'DELETE www/A, POST */CNAME, POST t/TXT'],
  'removals first': ['apply', CNAME, '- ', 'DELETE www/A, POST www/CNAME'],
  'pull request': ['plan', WWW, DIFF],
  drift: ['check!', WWW, DIFF],
  'no drift': ['check', OLD, 'No changes'],
  'no record line': ['apply', '# none\nignore www.example.com', 'No changes'],
  'ten removals': ['apply', CNAME, '- ', `${'DELETE r/TXT, '.repeat(10)}POST www/CNAME`, 10],
  'eleven removals': ['apply!', CNAME, 'More than ten removals', '', 11],
  'eleven removals, pull request': ['plan', CNAME, 'More than ten removals', '', 11],
  'rejected value': ['apply!', `${WWW}\na.example.com A x`, "'x' does not appear", 'DELETE www/A, POST a/A'],
  unreadable: ['plan!', `${WWW}\nwww.example.com 192.0.2.1`, 'Line 3: unreadable'],
  'not ASCII': ['plan!', `${WWW}\nt.example.com TXT ü`, 'Line 3: not ASCII'],
  'other zone': ['plan!', `${WWW}\na.example.net TXT x`, 'Line 3: not in a zone of the box'],
  'other zone, ignored': ['plan!', `ignore a.example.net`, 'Line 1: not in a zone of the box'],
  'other type': ['plan!', `${WWW}\na.example.com TLSA x`, 'Line 3: unknown record type'],
};

/** Tests examples/dns-records.sh, and the command of recipes.md that writes its first file. */
export function testDnsRecords(): void {
  for (const [name, row] of Object.entries(ROWS)) test(name, () => testRow(...row));
}

async function testRow(...[mode, file, expected, expectedChanges = '', count = 0]: Row) {
  await using box = await startBox({ accounts: [{ ...DEFAULT_ACCOUNT, password: 'key' }] });
  using directory = mkdtempDisposableSync(join(tmpdir(), 'records-'));
  const { dns } = box.daemon.resources;
  dns.zones.push('example.org');
  dns.lines = count === 0 ? OLD.split('\n') : Array.from({ length: count }, (_, n) => `r.example.com TXT ${n}`);
  writeFileSync(join(directory.path, 'records.txt'), file);
  const bash = (command: string) => {
    const env = { URL: box.url, EMAIL: DEFAULT_ACCOUNT.email, API_KEY: 'key', GITHUB_STEP_SUMMARY: 'summary' };
    return runBash(box, command, directory.path, env);
  };
  const script = `bash '${join(ROOT, 'examples', 'dns-records.sh')}'`;
  const { exitCode, output } = await bash(`${script} ${mode.replace('!', '')} records.txt`);
  assert.equal(exitCode !== 0, mode.endsWith('!'), output);
  assertIncludes(output, expected);
  const changes = box.requestLog.filter((each) => !each.startsWith('GET')).join(', ');
  assert.equal(changes.replaceAll(/\/admin\/dns\/custom\/|\.example\.com/g, ''), expectedChanges);
  if (mode.endsWith('!')) return;
  assert.match(readFileSync(join(directory.path, 'summary'), 'utf8'), /^~~~diff\n([-+] .*\n|No changes\n)+~~~\n/);
  if (mode === 'plan') return;
  // The second run changes nothing, and neither does one with the file that the documented command writes.
  const commands = commandsIn('docs/recipes.md').replaceAll('box.example.com', box.host);
  await bash(commands.replace('you@example.com', `${DEFAULT_ACCOUNT.email}:key`));
  for (const each of ['records.txt', 'dns/records.txt'])
    assert.equal((await bash(`${script} check ${each}`)).output, 'No changes\n');
}
