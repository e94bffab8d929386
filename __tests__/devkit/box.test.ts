import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Secret, TOTP as Totp } from 'otpauth';
import { type Box, type BoxOptions, startBox } from '../../devkit/box/box.ts';
import { FAULTS } from '../../devkit/box/faults.ts';
import { ACCOUNTS, ADMIN, LOGIN, LOGOUT, TOTP, USER, VERIFY } from '../support.ts';

const INCORRECT = 'Incorrect email address or password.';
const NOT_USER = `That's not a user (${ADMIN.email}).`;
const NO_HEADER = 'Authorization header invalid.';
const NOT_ASCII = "'ascii' codec can't decode byte 0xc3 in position 16: ordinal not in range(128)";
const [OK, NO, BAD] = ['200 OK', '401 UNAUTHORIZED', '400 BAD REQUEST'];

/** Sends `POST /admin/login` or the like. If there is no response, the status is the error's code. */
async function send(box: Box, line: string, headers = {}, body = '') {
  const [method, path = ''] = line.split(' ');
  const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
  const options = { method, headers: { ...length, ...headers }, ca: box.ca, agent: false };
  const sent = request(new URL(path, box.url), options).end(body);
  const [response] = await once(sent, 'response').catch(({ code }) => [{ statusCode: code }]);
  sent.on('error', () => {});
  const { statusCode, statusMessage = '', headers: received = {} } = response;
  const full = await text(response).catch(({ code }) => `${code}`);
  return { status: `${statusCode} ${statusMessage}`, headers: received, body: full };
}

/** The daemon's response, without a connection. */
function ask({ daemon }: Box, line: string, headers: object) {
  const [method = '', path = ''] = line.replace('/admin', '').split(' ');
  const reply = daemon.handle({ method, path, headers: { ...headers }, body: '', address: '::1' });
  return { ...reply, body: JSON.parse(`${reply.body}`) };
}

function basic(email: string, secret: string, more = {}): object {
  return { authorization: `Basic ${Buffer.from(`${email}:${secret}`).toString('base64')}`, ...more };
}

const asAdmin = basic(ADMIN.email, ADMIN.password);
const wrong = (more = {}) => basic(ADMIN.email, 'wrong', more);
const withCode = (code: string) => basic(TOTP.email, TOTP.password, { 'x-auth-token': code });
const raw = (authorization: string) => ({ authorization });

/** A box whose clock stands still until the test moves it, with what the tests do most. */
async function start(options: BoxOptions = {}) {
  let now = Date.UTC(2026, 0, 1);
  const accounts = [...ACCOUNTS, { ...USER, email: 'colon@example.com', password: 'a:b' }];
  const box = await startBox({ accounts, clock: () => now, ...options });
  return Object.assign(box, {
    wait: (days: number) => {
      now += days * 24 * 3600 * 1000;
    },
    newKey: (): string => ask(box, LOGIN, asAdmin).body.api_key,
    verify: (key: string) => ask(box, VERIFY, basic(ADMIN.email, key)).headers['X-Reason'] ?? OK,
  });
}
