import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { streamDecode, streamEncode } from 'dns-packet';
import { startDns } from '../../devkit/e2e/dns.ts';

const challenges = ['one', 'two'].map((value) => `_acme-challenge.example.com TXT ${value}`);
const records = [...challenges, 'www.example.com A 203.0.113.7'];

test('the name server has the TXT records, in any case, over UDP and TCP', async () => {
  using dns = await startDns(() => records);
  const resolver = new Resolver({ timeout: 30_000, tries: 1 });
  resolver.setServers([dns.address]);
  const name = '_ACME-challenge.Example.com';
  await expect(resolver.resolveTxt(name)).resolves.toEqual([['one'], ['two']]);
  await expect(resolver.resolveTxt('www.example.com')).rejects.toThrow('ENODATA');
  const soa = await resolver.resolveSoa('example.com');
  expect(soa.nsname).toBe('ns1.example.com');

  const socket = connect(Number(dns.address.split(':')[1]), '127.0.0.1');
  // In two pieces, as TCP may deliver it.
  const query = streamEncode({ type: 'query', id: 7, questions: [{ type: 'TXT', name }] });
  socket.write(query.subarray(0, 1));
  setTimeout(() => socket.write(query.subarray(1)), 20);
  const { id, answers = [] } = streamDecode(await buffer(socket)) ?? {};
  const texts = answers.map((answer) => 'data' in answer && String(answer.data));
  expect({ id, texts }).toEqual({ id: 7, texts: ['one', 'two'] });
});
