/** Longer than any timeout, so that what asks for more is not tried again. */
const LONGEST = 1_000_000_000;

/**
 * Seconds to wait by a `Retry-After` header (RFC 9110, 10.2.3): a count of seconds or an HTTP date in one of its three
 * forms, of which asctime's does not say that it is GMT.
 *
 * @param now by the clock of who sent it, in milliseconds since 1970
 * @returns nothing where there is none or it is neither
 */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Math.min(LONGEST, Number(header));
  if (!/^\s*(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(header)) return undefined;
  const date = Date.parse(header.includes('GMT') ? header : `${header} GMT`);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
