/**
 * Seconds to wait by a `Retry-After` header (RFC 9110, 10.2.3): a count of seconds or an HTTP date.
 *
 * @param now milliseconds since 1970
 * @returns nothing where there is none or it is neither
 */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header);
  const date = /^\s*[A-Z][a-z]{2},? /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
