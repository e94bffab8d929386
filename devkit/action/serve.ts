/** A stand-in box as a process of its own, with an address at which it tells what happened to it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBox } from '../box/box.ts';

/** What it prints, as JSON on one line. */
export interface ServedBox {
  /** Answers GET with a `Report`, and stops the box. */
  readonly control: string;
  readonly host: string;
  readonly ca: string;
  readonly caFile: string;
}

export interface Report {
  /** Methods and paths that the box was asked for. */
  readonly requests: readonly string[];
  readonly keysGranted: number;
  readonly keysAlive: number;
}

const box = await startBox(JSON.parse(process.env['BOX_OPTIONS'] ?? '{}'));
const caFile = join(mkdtempSync(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'box-')), 'ca.pem');
writeFileSync(caFile, box.ca);

const control = createServer((_, response) => {
  const { sessions } = box.daemon;
  const report: Report = {
    requests: box.requests.map(({ method, path }) => `${method} ${path}`),
    keysGranted: sessions.granted.length,
    keysAlive: sessions.keys().length,
  };
  response.setHeader('Connection', 'close');
  response.end(JSON.stringify(report), () => process.exit());
});
control.listen(0, '127.0.0.1', () => {
  const { port } = control.address() as AddressInfo;
  const served: ServedBox = {
    control: `http://127.0.0.1:${port}`,
    host: box.host,
    ca: box.ca,
    caFile,
  };
  console.log(JSON.stringify(served));
});
