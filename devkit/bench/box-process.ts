/** A stand-in box as a process of its own: gets its options as JSON, sends its address to its parent. */
import { startBox } from '../box/box.ts';
import { startProxy } from '../box/proxy.ts';

const { host, url, ca } = await startBox(JSON.parse(process.argv[2] ?? '{}'));
process.send?.({ host, url, ca, proxy: `http://127.0.0.1:${await startProxy({})}` });
