import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposableSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DEFAULT_ACCOUNT, startBox } from '../box/box.ts';
import { FAULTS, type Fault } from '../box/faults.ts';
import { CA_FILE } from './act.ts';
import { isInstalled, ROOT, TOOLS } from './tools.ts';

const BOX_SH = join(ROOT, 'examples', 'box.sh');
/** With what curl's configuration escapes. */
const PASSWORD = 'a "quoted" \\ password';
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const WORK = `trap 'sleep 0.2; echo stopped; exit 5' TERM
printf 'user=%s:%s\\n' "$EMAIL" "$API_KEY" | curl --config - -sS "$URL/system/privacy?work"
echo "$(cat)$BOX_PASSWORD$BOX_TOTP_SECRET"; for i in $WAIT; do sleep 1; done; exit 3`;
/** Runs box.sh with programs that print their arguments. */
const RUN = `for each in curl jq oathtool sed; do
  printf '#!/bin/sh\\necho "$*" >&2; PATH=\${PATH#*:} exec %s "$@"' $each > $each; chmod +x $each
done; echo stdin > stdin; PATH=.:$PATH; exec dash ${BOX_SH} sh -c "$WORK" < stdin`;

/** Tests examples/box.sh and the commands of docs/outside-actions.md. */
export function testShell(): void {
  check('two-factor', `BOX_TOTP_SECRET=${SECRET}; ${RUN}`, 3, /true\nstdin\n/);
  check('two-factor without its secret', RUN, 1, /missing-totp-token/);
  check('wrong password', `BOX_PASSWORD=wrong; ${RUN}`, 1, /Incorrect email address/);
  check('a website', RUN, 1, /not a Mail-in-a-Box/, FAULTS.html);
  check('no programs', `dash=$(which dash); PATH=; exec $dash ${BOX_SH} true`, 1, /can't run curl/);
  check('no daemon', RUN, 1, /curl: \(22\)/, FAULTS[502]);
  for (const to of ['SIGTERM to the shell at', 'SIGTERM to the process group at']) {
    for (const at of ['login', 'login login', 'login logout']) check(`${to} ${at}`, RUN, 143, /^(?!.*work)/s);
    for (const at of ['work', 'work work', 'work logout'])
      check(`${to} ${at}`, `WAIT='1 2 3 4 5'; ${RUN}`, 143, /stopped\n.*logout/s);
    for (const at of ['logout', 'logout logout']) check(`${to} ${at}`, RUN, 3, /true/);
  }
  const page = readFileSync(join(ROOT, 'docs', 'outside-actions.md'), 'utf8');
  const find = (pattern: RegExp) => Array.from(page.matchAll(pattern), ([, block = '']) => block);
  const [sh, diff = '', crontab = ''] = find(/^ {3}```\w+\n([\s\S]*?)^ {3}```/gm);
  const cron = `echo '${PASSWORD}' | ${sh}
unset BOX_PASSWORD; mkdir bin; cp ${BOX_SH} bin; ls -l .box-password | cut -c 1-10
cat > bin/update-dns.sh <<'END'\n${diff.replace(/^.*\n *\+/, '#!/bin/sh\n')}END
chmod +x bin/*; set -a; ${crontab.replace('box.example.com', '$BOX_HOST').replace(/\*.*\* /, '')}`;
  check('cron job', cron.replaceAll('/home/you', '$HOME'), 0, /^-rw-------\nupdated DNS: /);
  const [login, script, logout] = find(/- \|\n((?: {6}.*\n)+)/g);
  const job = (work = '') => `bash -eo pipefail <<'END'\n${login}${work}
ls -l .box\nEND\nbash -e <<'END'\n${logout}END\n! [ -e .box ]`;
  check('GitLab CI', job(script), 0, /^updated DNS.*\n\n-rw-------/);
  check('GitLab CI: a killed job', job('kill -9 $$'), 0, /^/);
  check('GitLab CI: wrong password', `BOX_PASSWORD=wrong; ${job()}`, 0, /Incorrect email address/);
}

/** `login` in the name is a signal when a key is issued, `work` and `logout` before the response. */
function check(name: string, commands: string, code: number, shown: RegExp, fault?: Fault): void {
  const skip = name === 'two-factor' && !isInstalled('oathtool') && 'oathtool is missing';
  test(name, { skip }, async () => {
    const totpSecret = name.startsWith('two-factor') ? SECRET : undefined;
    await using box = await startBox({ accounts: [{ ...DEFAULT_ACCOUNT, password: PASSWORD, totpSecret }] });
    using home = mkdtempDisposableSync(join(TOOLS, 'home-'));
    const { path: cwd } = home;
    const account = { BOX_HOST: box.host, BOX_EMAIL: DEFAULT_ACCOUNT.email, BOX_PASSWORD: PASSWORD };
    const more = { HOME: cwd, CURL_CA_BUNDLE: CA_FILE, BOX_TOTP_SECRET: '', WORK, WAIT: '' };
    const env = { ...process.env, ...account, ...more };
    const shell = spawn('dash', ['-c', `exec 2>&1; ${commands}`], { cwd, env, detached: true });
    const pid = Number(shell.pid) * (name.includes('group') ? -1 : 1);
    if (fault) box.inject(fault, { at: 'login' });
    box.inject(async ({ request, handle, respond }) => {
      const word = request.url?.split(/\W/).at(-1);
      const response = word === 'login' ? await handle() : undefined;
      for (const each of name.split(' ')) if (each === word) await pause(100, process.kill(pid, 'SIGTERM'));
      if (!request.socket.destroyed) await respond(response);
    });
    const [output, exit] = await Promise.all([text(shell.stdout), once(shell, 'exit')]);
    const [exitCode, signal] = exit;
    assert.deepEqual({ exitCode, signal }, { exitCode: code, signal: null }, output);
    assert.match(output, shown);
    const printed = [PASSWORD, SECRET, ...box.keys.issued()].filter((it) => output.includes(it));
    assert.deepEqual({ validKeys: box.keys.valid(), printed }, { validKeys: [], printed: [] }, output);
  });
}
