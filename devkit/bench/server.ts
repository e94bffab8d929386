/** The stand-in box of the bench, in its own process. Sends its addresses to the parent. */
import { DEFAULT_ACCOUNT, startBox } from '../box/box.ts';
import { startProxy } from '../box/proxy.ts';

const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
// A code is accepted once, so each run has its own account.
const twoFactor = Array.from({ length: Number(process.argv[2]) }, (_, run) => {
  return { ...DEFAULT_ACCOUNT, email: `${run}@example.com`, totpSecret };
});
const { host, ca } = await startBox({ accounts: [DEFAULT_ACCOUNT, ...twoFactor] });
const { host: hidden } = await startBox({ name: 'box.test' });
const { url: https_proxy } = await startProxy();
process.send?.({ host, ca, hidden, https_proxy, totpSecret });
