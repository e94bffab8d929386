import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import * as packet from 'dns-packet';

const ZONE = 'example.com';

/** Starts a name server on a loopback port, UDP and TCP, that serves the TXT records among these `name TYPE value`. */
export async function startDns(records: () => readonly string[]) {
  const respond = ({ id = 0, questions = [] }: packet.Packet): packet.Packet => {
    const answers = questions.flatMap(answer);
    return { type: 'response', id, flags: packet.AUTHORITATIVE_ANSWER, questions, answers };
  };
  const answer = ({ name, type }: packet.Question): packet.Answer[] => {
    // Resolvers may vary the case of a name.
    const start = `${name.toLowerCase()} TXT `;
    if (type === 'SOA' && name.toLowerCase() === ZONE) {
      return [{ type, name, data: { mname: `ns1.${ZONE}`, rname: `hostmaster.${ZONE}` } }];
    }
    if (type !== 'TXT') return [];
    const matching = records().filter((record) => record.startsWith(start));
    return matching.map((record) => ({ type, name, ttl: 0, data: record.slice(start.length) }));
  };

  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    const received: Buffer[] = [];
    socket.on('data', (data) => {
      received.push(data);
      const all = Buffer.concat(received);
      if (all.length >= 2 && all.length >= 2 + all.readUInt16BE()) {
        socket.end(packet.streamEncode(respond(packet.streamDecode(all))));
      }
    });
  });
  await once(tcp.listen(0, '127.0.0.1'), 'listening');
  const { port } = tcp.address() as { port: number };
  const udp = createSocket('udp4', (data, client) =>
    udp.send(packet.encode(respond(packet.decode(data))), client.port, client.address),
  );
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  return {
    address: `127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      udp.close();
      tcp.close();
    },
  };
}
