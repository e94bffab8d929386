/**
 * A proxy as a process of its own: `node proxy-process.ts OPTIONS`, where the options of `startProxy` are JSON. Each
 * line that it prints is JSON: first its port, then the host and port of each tunnel.
 */
import { startProxy } from '../devkit/box/proxy.ts';

const print = (value: unknown) => console.log(JSON.stringify(value));
const options = JSON.parse(process.argv[2] ?? '{}');
print(await startProxy({ ...options, onTunnel: print }));
